"""Who may see what, and when: pages with an address of their own, and the parts they show."""

from __future__ import annotations

from datetime import datetime

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peaceportal.core.constraints import FieldCheck
from peaceportal.core.folding import SortNameField
from peaceportal.core.identifiers import Identifier
from peaceportal.core.languages import direction, validate_language
from peaceportal.core.records import Record, RecordQuerySet
from peaceportal.core.search.asking import SearchedQuerySet
from peaceportal.core.search.texts import related
from peaceportal.core.slugs import (
    LONGEST_SLUG,
    OldSlug,
    former_slugs,
    free_slug,
    slugify,
    was_anothers,
)
from peaceportal.core.vocabularies import VocabularyField


class Status(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in-review", _("in review")
    PUBLISHED = "published", _("published")
    ARCHIVED = "archived", _("archived: kept, no longer maintained")


# The columns that decide who may see a page: an index that ends in them answers for it.
VISIBILITY = ["status", "removed_at", "publish_at", "unpublish_at"]

PUBLIC_STATUSES = [Status.PUBLISHED, Status.ARCHIVED]


def visible(at: datetime | None = None, *, page: str = "") -> Q:
    """Rows that anyone may see at the moment `at` (now, if None), or whose relation `page` may be.

    NULL in `publish_at` means from the first, in `unpublish_at` without end.
    """
    at = at or timezone.now()
    of = f"{page}__" if page else ""
    begun = Q(**{f"{of}publish_at__isnull": True}) | Q(**{f"{of}publish_at__lte": at})
    not_over = Q(**{f"{of}unpublish_at__isnull": True}) | Q(**{f"{of}unpublish_at__gt": at})
    kept = Q(**{f"{of}status__in": PUBLIC_STATUSES, f"{of}removed_at__isnull": True})
    return begun & not_over & kept


class PageQuerySet(SearchedQuerySet, RecordQuerySet):
    def get_by_natural_key(self, slug):
        """The page with this slug, or that once had it in public."""
        try:
            return self.get(slug=slug)
        except self.model.DoesNotExist:
            old = OldSlug.objects.at(self.model, slug)
            return self.get(uid__in=old.values("page_uid"))

    def with_slug(self, slug: str):
        return self.filter(slug=slug)

    def published(self, at: datetime | None = None):
        """What anyone may see at the moment `at` (now, if None)."""
        return self.filter(visible(at))

    def to_publish(self, at: datetime | None = None):
        """Those that `publish` would change: not removed, nor past their end."""
        at = at or timezone.now()
        begun = Q(publish_at__isnull=True) | Q(publish_at__lte=at)
        kept = self.filter(removed_at__isnull=True).exclude(unpublish_at__lte=at)
        return kept.exclude(begun, status=Status.PUBLISHED)

    def publish(self) -> int:
        """Show pages to readers from now on."""
        return self.to_publish().update(status=Status.PUBLISHED, publish_at=None)

    def archive(self) -> int:
        """Say of published pages that they are no longer maintained."""
        return self.filter(status=Status.PUBLISHED).update(status=Status.ARCHIVED)

    def send_for_review(self) -> int:
        return self.filter(status=Status.DRAFT).update(status=Status.IN_REVIEW)

    def remove(self, at: datetime | None = None) -> int:
        """Take pages off the site. They are kept, and can be put back."""
        return self.filter(removed_at__isnull=True).update(removed_at=at or timezone.now())

    def removed(self):
        return self.filter(removed_at__isnull=False)

    def for_removed_list(self):
        """With what a list tells of pages that were removed."""
        title = self.model.title_field
        return self.only("pk", "uid", title, "removed_at", "merged_into", "status")

    def put_back(self) -> int:
        """Undo `remove`. A merged page stays where it went."""
        return self.removed().filter(merged_into__isnull=True).update(removed_at=None)


class PartQuerySet(SearchedQuerySet, RecordQuerySet):
    def shown(self):
        """Parts that their own state lets be seen; their page decides the rest."""
        return self.filter(status__in=PUBLIC_STATUSES)

    def published(self, at: datetime | None = None):
        """Parts that stand on at least one page that anyone may see at the moment `at`."""
        on_a_page = Q()
        for name in self.model.page_fields:
            field = self.model._meta.get_field(name)
            pages = field.related_model.objects.published(at)
            if field.many_to_many:
                here, there = field.m2m_column_name(), field.m2m_reverse_name()
                links = field.remote_field.through._base_manager.filter(**{f"{there}__in": pages})
                on_a_page |= Q(pk__in=links.values(here))
            else:
                on_a_page |= Q(**{f"{name}__in": pages})
        return self.shown().filter(on_a_page)


class Published(Record):
    """What pages and parts have in common."""

    Status = Status

    status = VocabularyField(
        _("status"),
        choices=Status,
        default=Status.DRAFT,
        help_text=_(
            "Published and archived records are public. Archived says only that the text is no "
            "longer maintained, never that the body itself has ended."
        ),
    )
    language = models.CharField(
        _("language"),
        max_length=35,
        default="en",
        validators=[validate_language],
        help_text=_("Of the texts on this record, for example en, fr or ar."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last changed"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def direction(self) -> str:
        return direction(self.language)

    @property
    def is_archived(self) -> bool:
        return self.status == Status.ARCHIVED

    @classmethod
    def prepared_names(cls, fields):
        return super().prepared_names(fields) | {"updated_at"}

    def prepare(self, stored):
        super().prepare(stored)
        self.updated_at = timezone.now()


class Part(Published):
    """Shown on a page, and visible only if that page is."""

    # Relations to the pages on which it stands: foreign keys or many-to-many.
    page_fields: tuple[str, ...] = ()

    objects = PartQuerySet.as_manager()

    class Meta:
        abstract = True

    def stands_on(self) -> list[Page]:
        """The pages on which it stands, whoever may see them."""
        found = []
        for name in self.page_fields:
            on = getattr(self, name)
            found += on.all() if self._meta.get_field(name).many_to_many else [on]
        return found


class Page(Published):
    """Has an address of its own. Once public, that address answers for ever."""

    # The field that names the page, and the word for its kind in a slug of last resort.
    title_field = "name"
    kind_of_page = "page"
    one_way = (("pk", "merged_into"),)
    is_slug_free = False  # on a page whose slug was looked up before, with those of others

    slug = models.CharField(
        _("address"),
        max_length=LONGEST_SLUG,
        unique=True,
        blank=True,
        help_text=_("The last part of its web address. Left empty, it is made from the title."),
        error_messages={"unique": _("Another page of this kind already has this address.")},
    )
    publish_at = models.DateTimeField(
        _("publish at"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("Empty: as soon as it is published."),
    )
    unpublish_at = models.DateTimeField(
        _("take down at"), null=True, blank=True, db_index=True, help_text=_("Empty: never.")
    )
    first_public_at = models.DateTimeField(
        _("first public"), null=True, editable=False, db_index=True
    )
    removed_at = models.DateTimeField(_("removed"), null=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged_from",
    )
    revision = models.PositiveBigIntegerField(
        _("revision"), default=0, editable=False, help_text=_("Grows by one with every change.")
    )
    identifiers = GenericRelation(Identifier)

    objects = PageQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            FieldCheck(
                beside="unpublish_at",
                name="%(app_label)s_%(class)s_published_before_taken_down",
                condition=Q(publish_at__isnull=True)
                | Q(unpublish_at__isnull=True)
                | Q(publish_at__lt=F("unpublish_at")),
                violation_error_message=_(
                    "It would be taken down before it is published. Correct one of the two moments."
                ),
            ),
            FieldCheck(
                beside="merged_into",
                name="%(app_label)s_%(class)s_merged_is_removed",
                condition=Q(merged_into__isnull=True)
                | Q(removed_at__isnull=False) & ~Q(merged_into=F("pk")),
                violation_error_message=_("A merged page is removed, and merged into another."),
            ),
        ]

    def natural_key(self):
        return (self.slug,)

    @property
    def title_text(self) -> str:
        return getattr(self, self.title_field)

    def marks(self) -> list[str]:
        """What tells it from another of the same name, shortly; the first tells most."""
        return []

    @property
    def identifier_values(self) -> tuple[str, ...]:
        return tuple(identifier.value for identifier in related(self, "identifiers"))

    @property
    def where_merged(self) -> Page:
        """The page that it is part of now: itself, unless it was merged. A query each step."""
        page, seen = self, set()
        while page.merged_into is not None and page.pk not in seen:
            seen.add(page.pk)
            page = page.merged_into
        return page

    def is_public(self, at: datetime | None = None) -> bool:
        """The same rule as `visible`, for one page in memory."""
        at = at or timezone.now()
        return (
            self.status in PUBLIC_STATUSES
            and self.removed_at is None
            and (self.publish_at is None or self.publish_at <= at)
            and (self.unpublish_at is None or self.unpublish_at > at)
        )

    def was_public(self, at: datetime | None = None) -> bool:
        """Whether anyone may have seen its address before the moment `at`."""
        at = at or timezone.now()
        return self.first_public_at is not None and self.first_public_at <= at

    def clean(self):
        super().clean()
        if self.slug:
            clean = slugify(self.slug)
            if clean != self.slug:
                raise ValidationError(
                    {
                        "slug": _("Use letters, figures and hyphens alone, for example “%(slug)s”.")
                        % {"slug": clean or free_slug(self, self.title_text)}
                    }
                )
            if was_anothers(self, self.slug):
                raise ValidationError({"slug": _OLD_SLUG})

    @classmethod
    def prepared_names(cls, fields):
        names = super().prepared_names(fields) | {"revision"}
        changed = set(fields)
        if changed & {"status", "publish_at", "unpublish_at", "removed_at", "first_public_at"}:
            names |= {"first_public_at"}
        if "slug" in changed:
            names |= {"slug"}
        return names

    @classmethod
    def prepare_all(cls, records):
        records = list(records)
        taken = {slugify(record.slug) for record in records if record.slug}
        former = former_slugs(cls, taken)
        for record in records:
            wanted = record.slug
            record.is_slug_free = slugify(wanted) not in former
            record.prepare(None)
            del record.is_slug_free
            if not wanted and record.slug in taken:
                record.slug = free_slug(record, record.title_text, taken)
            taken.add(record.slug)

    def prepare(self, stored):
        super().prepare(stored)
        self._prepare_slug(stored)
        self.revision = max(self.revision, stored.revision if stored else 0) + 1
        self.first_public_at = self._first_public(stored, timezone.now())

    def keep_from(self, stored):
        super().keep_from(stored)
        if stored.slug != self.slug and stored.was_public():
            self._keep_slug(stored.slug)

    def leave(self):
        super().leave()
        if self.was_public():
            self._keep_slug(self.slug)

    def _keep_slug(self, slug: str) -> None:
        OldSlug.objects.get_or_create(
            model=self._meta.label_lower, slug=slug, defaults={"page_uid": self.uid}
        )

    def _prepare_slug(self, stored):
        self.slug = slugify(self.slug)
        if not self.slug:
            self.slug = (stored and stored.slug) or free_slug(self, self.title_text)
        elif (stored is not None and stored.slug == self.slug) or self.is_slug_free:
            return
        elif was_anothers(self, self.slug):
            raise ValidationError({"slug": _OLD_SLUG})

    def _first_public(self, stored, now: datetime) -> datetime | None:
        """Settled once past; until then the moment it is to become public, if any."""
        for known in (stored and stored.first_public_at, self.first_public_at):
            if known and known <= now:
                return known
        if self.status not in PUBLIC_STATUSES or self.removed_at is not None:
            return None
        start = max(self.publish_at or now, now)
        return start if self.unpublish_at is None or self.unpublish_at > start else None


class NamedPage(Page):
    """A page that is known by a name."""

    name = models.CharField(_("name"), max_length=500)
    sort_name = SortNameField(of="name", db_index=True)

    class Meta(Page.Meta):
        abstract = True
        ordering = ["sort_name", "pk"]

    def __str__(self):
        return self.name


_OLD_SLUG = _(
    "This address belonged to another page once and leads there for ever. Choose another one."
)
