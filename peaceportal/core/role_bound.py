"""What a role may not do is not offered, and refused where it is asked for all the same."""

from __future__ import annotations

from django.contrib import admin

from peaceportal.core.publishing import PUBLIC_STATUSES, Part
from peaceportal.core.roles import is_out, may_publish


class RoleBound(admin.ModelAdmin):
    """For the admin of a record: what readers see is changed by those who may publish."""

    def has_change_permission(self, request, obj=None):
        if not super().has_change_permission(request, obj):
            return False
        return obj is None or may_publish(request.user) or not is_out(obj)

    def has_delete_permission(self, request, obj=None):
        """Of many at once nobody asks which: then only those who may delete any."""
        if not super().has_delete_permission(request, obj):
            return False
        return may_publish(request.user) or (obj is not None and not is_out(obj))

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        may_otherwise = super().has_change_permission(request, obj)
        context["is_locked"] = (
            obj is not None and may_otherwise and not self.has_change_permission(request, obj)
        )
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.may_publish = may_publish(request.user)
        return form

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        is_status_of_part = db_field.name == "status" and issubclass(self.model, Part)
        if is_status_of_part and not may_publish(request.user):
            field.choices = [one for one in field.choices if one[0] not in PUBLIC_STATUSES]
        return field
