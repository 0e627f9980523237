"""Whether a web address answers, shown beside it: in forms, in their rows, and in lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django import forms
from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from peaceportal.core.links.store import Link, key_of
from peaceportal.core.links.uses import addresses_in, fields_of, is_text
from peaceportal.core.links.words import told

DEAD, FAILING, WELL = "dead", "failing", "well"


def read(urls: Iterable[str]) -> dict[str, Link]:
    """What is known of these addresses, by their keys. One query, or none."""
    urls = {url for url in urls if url}
    return {link.key: link for link in Link.objects.at(urls)} if urls else {}


def shown(link: Link) -> SafeString:
    standing = DEAD if link.is_dead else FAILING if link.is_failing else WELL
    return format_html('<span class="link-state link-{}">{}</span>', standing, told(link))


class ShowsLinks(admin.ModelAdmin):
    """For the admin of a record: one query for all the addresses of a page."""

    def render_change_form(self, request, context, *args, **kwargs):
        _tell_beside([context["adminform"].form, *_rows(context)])
        return super().render_change_form(request, context, *args, **kwargs)

    def get_list_display(self, request):
        columns = [*super().get_list_display(request)]
        if _in_list(self.model) and "link_state" not in columns:
            columns.append("link_state")
        return columns

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        name = _in_list(self.model)
        if name:
            rows = list(changelist.result_list)
            links = read(getattr(row, name) for row in rows)
            for row in rows:
                row.shown_link = links.get(key_of(getattr(row, name)))
            changelist.result_list = rows
        return changelist

    @admin.display(description=_("does it answer"))
    def link_state(self, record):
        link = getattr(record, "shown_link", None)
        return shown(link) if link else None


def _in_list(model) -> str:
    """The field of which a list tells whether it answers; empty where a model has none."""
    return next((name for name in fields_of(model) if not is_text(model, name)), "")


def _rows(context) -> Iterator[forms.BaseForm]:
    for formset in context.get("inline_admin_formsets", ()):
        yield from formset.formset.initial_forms


def _tell_beside(shown_forms: Iterable[forms.BaseForm]) -> None:
    """Say beneath each field with addresses what is known of them."""
    found = []
    for form in shown_forms:
        instance = getattr(form, "instance", None)
        if instance is None or instance.pk is None:
            continue
        model = type(instance)
        for name in fields_of(model):
            # Of what the database has: what is only typed was not asked for.
            is_typed = form.is_bound and name in form.changed_data
            if name in form.fields and not is_typed:
                value = getattr(instance, name) or ""
                found.append((form, name, addresses_in(model, name, value)))
    links = read(url for _form, _name, urls in found for url in urls)
    for form, name, urls in found:
        known = [links[key_of(url)] for url in sorted(urls) if key_of(url) in links]
        words = _of_text(known) if is_text(type(form.instance), name) else _of_field(known)
        if words:
            field = form.fields[name]
            field.help_text = form[name].help_text = format_html("{} {}", field.help_text, words)


def _of_field(links: list[Link]) -> SafeString | str:
    return shown(links[0]) if links else ""


def _of_text(links: list[Link]) -> SafeString | str:
    """Only what fails: a text may lead to many places."""
    failing = ((link.url, shown(link)) for link in links if link.is_failing)
    return format_html_join("", "<br>{} {}", failing)
