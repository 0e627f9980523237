"""Other names of a page as lines of a text: of pages whose names have no dates of their own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from peaceportal.core.folding import fold


class OtherNames(models.Model):
    other_names = models.TextField(
        _("other names"), blank=True, help_text=_("What else it is called, one name a line.")
    )

    fields_of_names = ("other_names",)

    class Meta:
        abstract = True

    @property
    def other_names_list(self) -> list[str]:
        return [name.strip() for name in self.other_names.splitlines() if name.strip()]

    def names_in_use(self):
        return [self.name, *self.other_names_list]

    def other_name_kinds(self):
        return [("other", _("among its other names"))]

    def keep_name(self, name, kind="", language="", until=""):
        if fold(name) not in {fold(other) for other in self.names_in_use()}:
            self.other_names = "\n".join([*self.other_names_list, name])

    def names_besides(self, merged):
        used = {fold(name) for name in self.names_in_use()}
        return [name for name in merged.other_names_list if fold(name) not in used]

    def keep_names_of(self, merged, kind):
        for name in [*([merged.name] if kind else []), *self.names_besides(merged)]:
            self.keep_name(name)
        return []
