"""Where what is imported comes from: one source for the file, and those that its rows name."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext as _

from peaceportal.core.dates import UNKNOWN, DateError, parse
from peaceportal.core.imports.mapping import Mapping
from peaceportal.core.imports.problems import ImportRefused
from peaceportal.core.weblinks import host_of

NOT_YET = -1  # the primary key of a source that is only made when something is saved


class Sources:
    """Finds sources, and makes those that are not there if `saves`."""

    def __init__(self, page_model: type[models.Model], mapping: Mapping, *, saves: bool):
        self.model = page_model._meta.get_field("sources").related_model
        self.mapping, self.saves = mapping, saves
        self.labels = {NOT_YET: mapping.source.get("title", "")}
        self.of_file = self._of_file() if mapping.source else None

    def _of_file(self) -> int:
        """Used again where everything that the mapping says of it is the same."""
        told = {"published": UNKNOWN, "read_on": UNKNOWN} | self.mapping.source
        for name in ("published", "read_on"):
            if told[name]:
                try:
                    told[name] = parse(told[name])
                except DateError as error:
                    where = f"[import.source] {name}"
                    said = _("Mapping, %(where)s: %(what)s") % {"where": where, "what": error}
                    raise ImportRefused(said) from error
        wanted = self.model(**told)
        try:
            wanted.full_clean()
        except Exception as error:
            said = _("Mapping, %(where)s: %(what)s")
            words = " ".join(getattr(error, "messages", [str(error)]))
            raise ImportRefused(said % {"where": "[import.source]", "what": words}) from error
        same = {name: getattr(wanted, name) for name in self.mapping.source}
        found = self.model._base_manager.filter(**same).order_by("pk").first()
        if found is None and self.saves:
            wanted.save()
            found = wanted
        pk = found.pk if found else NOT_YET
        self.labels[pk] = self.mapping.source["title"]
        return pk

    def at(self, urls: Collection[str]) -> dict[str, int]:
        """The source at each web address; several at one address: the first that was kept."""
        urls = {url for url in urls if url}
        if not urls:
            return {}
        rows = self.model._base_manager.filter(url__in=urls).order_by("-pk")
        found = dict(rows.values_list("url", "pk"))
        lacking = sorted(urls - found.keys())
        if self.saves:
            title = self.mapping.source.get("title", "")
            made = [
                self.model(title=title or host_of(url) or url[:500], url=url) for url in lacking
            ]
            found |= {one.url: one.pk for one in self.model.objects.bulk_create(made)}
        else:
            found |= {url: NOT_YET - number for number, url in enumerate(lacking, start=1)}
        self.labels |= {pk: url for url, pk in found.items()} if len(self.labels) < 5000 else {}
        return found
