"""Importing at the desk: choose a file, read row by row what it would do, press.

The engine, and what it says, are those of the commands (`core/imports`).
"""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from peaceportal.core.imports import codebook, desk
from peaceportal.core.imports.forms import ChoicesForm, UploadForm
from peaceportal.core.imports.planned import CREATED, REFUSED, UNCHANGED, UPDATED
from peaceportal.core.imports.problems import ImportRefused
from peaceportal.core.imports.running import emptied
from peaceportal.core.imports.shapes import Shape
from peaceportal.core.imports.told_rows import ToldRow, emptied_in, rows_of
from peaceportal.core.imports.uploads import Upload
from peaceportal.core.search.following import catch_up
from peaceportal.core.standing import moment
from peaceportal.core.versions.history import who

A_PAGE = 100  # rows
PATIENCE = 2.0  # seconds that the search reads of what came in, before the page is shown
NAMED = 200  # names that nothing has, each with its rows
EARLIER = 10  # imports that are listed
TYPES = {
    "csv": (codebook.template_csv, "text/csv; charset=utf-8"),
    "xlsx": (
        codebook.template_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}
OUTCOMES = {
    CREATED: gettext_lazy("new"),
    UPDATED: gettext_lazy("changed"),
    UNCHANGED: gettext_lazy("unchanged"),
    REFUSED: gettext_lazy("refused"),
}


class Importing(admin.ModelAdmin):
    """For the admin of pages of which `import_shape` says what a file can fill."""

    import_shape: Shape

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_import"
        wrap = self.admin_site.admin_view
        either = require_http_methods(["GET", "HEAD", "POST"])
        file, tried = "import/template.<str:kind>", "import/<uuid:token>/"
        return [
            path("import/", wrap(either(self.import_view)), name=name),
            path(file, wrap(require_safe(self.template_view)), name=f"{name}_template"),
            path(tried, wrap(either(self.tried_view)), name=f"{name}_tried"),
            path(f"{tried}report.csv", wrap(require_safe(self.report_view)), name=f"{name}_report"),
            *super().get_urls(),
        ]

    def has_import_permission(self, request) -> bool:
        return desk.may_import(request.user, self.import_shape)

    def changelist_view(self, request, extra_context=None):
        may = self.has_import_permission(request)
        told = {"import_address": self._import_address() if may else ""}
        return super().changelist_view(request, told | (extra_context or {}))

    # Choosing a file

    def import_view(self, request):
        self._begin(request)
        asked = (request.POST, request.FILES) if request.method == "POST" else ()
        form = UploadForm(*asked, user=request.user, shape=self.import_shape)
        if asked and form.is_valid():
            try:
                return HttpResponseRedirect(self._tried_address(self._try(request, form)))
            except ImportRefused as error:
                form.add_error(None, list(error.sentences))
        plural = self.opts.verbose_name_plural
        return self._answer(
            request,
            "admin/import.html",
            title=_("Import %(what)s from a file") % {"what": plural},
            form=form,
            columns=codebook.columns(self.import_shape),
            empty_cells=codebook.empty_cells(),
            templates=[(kind.upper(), self._import_address("template", kind)) for kind in TYPES],
            earlier=[
                self._told_shortly(one)
                for one in Upload.objects.of(self.model).imported()[:EARLIER]
            ],
            most_rows=desk.MOST_ROWS,
            most_bytes=desk.MOST_BYTES,
        )

    def _try(self, request, form: UploadForm) -> Upload:
        file, mapping = form.cleaned_data["file"], form.cleaned_data["mapping"]
        upload = Upload(
            model=self.opts.label_lower,
            by=request.user,
            file_name=file.name,
            content=file.read(),
            mapping_name=mapping.name if mapping else "",
            mapping=mapping.read() if mapping else b"",
            **form.told,
        )
        desk.try_out(upload, self.import_shape, request.user)
        return upload

    def template_view(self, request, kind):
        self._begin(request)
        if kind not in TYPES:
            raise Http404
        make, content_type = TYPES[kind]
        return _attached(make(self.import_shape), content_type, f"{self.opts.model_name}s.{kind}")

    # What it would do, and doing it

    def tried_view(self, request, token):
        self._begin(request)
        upload = self._upload(request, token)
        if upload is None:
            return HttpResponseRedirect(self._import_address())
        if request.method == "POST":
            if upload.is_imported:
                self._say_imported_already(request, upload)
            elif "again" in request.POST:
                self._unless_imported(request, upload, self._try_again)
            else:
                self._unless_imported(request, upload, self._import)
            return HttpResponseRedirect(self._tried_address(upload))
        return self._show(request, upload)

    def _upload(self, request, token) -> Upload | None:
        """What this person may see of it: others see only what was imported."""
        uploads = Upload.objects.of(self.model).select_related("by").defer("content", "mapping")
        upload = uploads.filter(token=token).first()
        if upload is None:
            said = _(
                "This file is no longer kept: one that is not imported is kept for a day. Choose "
                "it again."
            )
        elif not upload.is_imported and upload.by != request.user:
            said = _(
                "This file was chosen by somebody else, who alone can import it. Choose it "
                "yourself if it should be you."
            )
        else:
            return upload
        self.message_user(request, said, messages.WARNING)
        return None

    def _say_imported_already(self, request, upload: Upload) -> None:
        said = _("This file was imported already, on %(when)s by %(who)s. It was not done again.")
        said %= {"when": moment(upload.imported_at), "who": who(upload.by) or _("somebody")}
        self.message_user(request, said, messages.INFO)

    def _try_again(self, request, upload: Upload) -> None:
        form = ChoicesForm(request.POST, user=request.user, shape=self.import_shape)
        if not form.is_valid():
            self.message_user(request, _("Choose one of the statuses offered."), messages.ERROR)
            return
        again = (desk.try_again, upload, self.import_shape, request.user, form.told)
        self._refusing(request, *again)

    def _import(self, request, upload: Upload) -> None:
        seen = request.POST.get("seen", "")
        if seen != upload.fingerprint:
            said = _(
                "What would happen is no longer what you were shown, so nothing was imported. Read "
                "it once more, then press again."
            )
            self.message_user(request, said, messages.WARNING)
            return
        carry_out = (desk.carry_out, upload, self.import_shape, request.user, seen)
        told = self._refusing(request, *carry_out)
        if told is None:
            return
        if told.is_saved:
            count = told.counts[CREATED] + told.counts[UPDATED]
            said = ngettext("%d row was imported.", "%d rows were imported.", count) % count
            if told.failed:
                left_out = ngettext("%d row was left out.", "%d rows were left out.", told.failed)
                said = f"{said} {left_out % told.failed}"
            self.message_user(request, said, messages.SUCCESS)
            catch_up(
                patience=PATIENCE
            )  # or no search would find what came in until many visitors had asked
        elif not told.is_as_agreed:
            said = _(
                "Something on the site has changed since this was shown, so nothing was imported. "
                "This is what would happen now: read it, then press again."
            )
            self.message_user(request, said, messages.WARNING)
        else:
            said = _("Nothing was imported: rows are refused. Mend them, or leave them out.")
            self.message_user(request, said, messages.WARNING)

    def _unless_imported(self, request, upload: Upload, step) -> None:
        try:
            step(request, upload)
        except Upload.DoesNotExist:  # it was pressed twice, on two pages, or after a day
            now = Upload.objects.imported().filter(pk=upload.pk).first()
            if now is not None:
                self._say_imported_already(request, now)

    def _refusing(self, request, work, *args):
        """What `work` gives; or None, with what it refused said to the person."""
        try:
            return work(*args)
        except ImportRefused as error:
            for sentence in error.sentences:
                self.message_user(request, sentence, messages.ERROR)
        return None

    def _show(self, request, upload: Upload):
        shown = request.GET.get("show", "")
        shown = shown if shown in OUTCOMES else ""
        rows = rows_of(upload.report_csv(), self.model)
        among = [row for row in rows if shown in {"", row.outcome}]
        page = Paginator(among, A_PAGE).get_page(request.GET.get("page"))
        told = _("Imported: %(file)s") if upload.is_imported else _("What %(file)s would do")
        filters = [("", _("all"), upload.rows)]
        filters += [(key, words, upload.counts[key]) for key, words in OUTCOMES.items()]
        choices = {name: getattr(upload, name) for name in ChoicesForm.base_fields}
        form = ChoicesForm(initial=choices, user=request.user, shape=self.import_shape)
        return self._answer(
            request,
            "admin/import_tried.html",
            title=told % {"file": upload.file_name},
            upload=upload,
            unknown=upload.unknown_names[:NAMED],
            more_unknown=len(upload.unknown_names[NAMED:]),
            may_tick="create_missing" in form.fields and upload.can_create,
            told=self._told_shortly(upload),
            emptied=emptied(fields) if (fields := emptied_in(rows)) else "",
            rows=[(row, OUTCOMES[row.outcome], self._row_address(upload, row)) for row in page],
            page=page,
            shown=shown,
            filters=filters,
            form=form,
            report_address=self._import_address("report", upload.token),
            list_address=reverse(f"{self.admin_site.name}:{self._import_stem()}_changelist"),
        )

    def report_view(self, request, token):
        self._begin(request)
        upload = self._upload(request, token)
        if upload is None:
            return HttpResponseRedirect(self._import_address())
        stem = slugify(upload.file_name.rpartition(".")[0]) or self._import_stem()
        name = f"{stem}-report.csv"
        return _attached(upload.report_csv(), "text/csv; charset=utf-8", name)

    # In common

    def _begin(self, request) -> None:
        if not self.has_import_permission(request):
            raise PermissionDenied
        Upload.objects.purge()

    def _answer(self, request, template: str, **told):
        module = capfirst(self.opts.verbose_name_plural)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "module_name": module,
            "import_address": self._import_address(),
        }
        return TemplateResponse(request, template, context | told)

    def _told_shortly(self, upload: Upload) -> dict:
        """An import that was done, for a list."""
        at = upload.imported_at or upload.at
        return {
            "address": self._tried_address(upload),
            "file": upload.file_name,
            "when": moment(at),
            "who": who(upload.by) or _("somebody"),
            "counts": [(words, upload.counts[key]) for key, words in OUTCOMES.items()],
        }

    def _import_stem(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _import_address(self, page: str = "", *args) -> str:
        name = f"{self._import_stem()}_import{'_' if page else ''}{page}"
        return reverse(f"{self.admin_site.name}:{name}", args=args)

    def _tried_address(self, upload: Upload) -> str:
        return self._import_address("tried", upload.token)

    def _row_address(self, upload: Upload, row: ToldRow) -> str:
        pk = upload.pages.get(row.number)
        name = f"{self.admin_site.name}:{self._import_stem()}_change"
        return reverse(name, args=[pk]) if pk else ""


def _attached(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
