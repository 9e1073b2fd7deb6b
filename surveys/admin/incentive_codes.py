"""The codes of a pool in the admin: the list, bringing them in, writing them out, taking one back."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin
from helpdesk.common.errors import HelpdeskError
from surveys.admin.incentive_words import FAULTS, STATE_TONES, figures_of
from surveys.models import CouponCode
from surveys.policies.incentives import MOST_CODES, CodeFault
from surveys.selectors.incentives import codes_of_pool, counts_by_state, pools
from surveys.services.incentive_codes import export_codes, import_codes, withdraw_code
from tickets.services.actors import Actor

PAGE = 100
# 50,000 codes of the greatest length with room for what an export writes behind each.
MOST_BYTES = 10 * 1024 * 1024
SHOWN_FAULTS = 200
_WITHDRAWABLE = (CouponCode.State.FREE, CouponCode.State.GIVEN)
_LINES = re.compile(r"\r\n|\r|\n")


class ImportForm(forms.Form):
    """Codes as a text or a file; what is given in both is brought in together."""

    codes = forms.CharField(
        label=gettext_lazy("Codes"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off", "dir": "ltr"}),
        help_text=gettext_lazy("One a line. Of a table the first column is taken."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        required=False,
        help_text=gettext_lazy("Text or CSV in UTF-8, at most 50,000 codes."),
    )

    def clean_file(self) -> str:
        """The text of the file; "" without one."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is None:
            return ""
        content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large: split it."))
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("This is no text in UTF-8. Save it as “CSV UTF-8” and try again.")) from error

    @property
    def lines(self) -> list[str]:
        """Every line of both, the pasted ones first."""
        texts = (self.cleaned_data["codes"], self.cleaned_data["file"])
        return [line for text in texts if text.strip() for line in _LINES.split(text.rstrip("\r\n"))]


@dataclass(frozen=True, kw_only=True)
class FaultyLine:
    """A line that is no code, as the report shows it."""

    number: int
    text: str
    reason: str


def codes_view(site: ServiceAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """The codes of a pool: ``?state=`` narrows, ``?q=`` finds a code for those who may see free ones, ``?page=`` goes on."""
    pool = _pool(site, request, object_id)
    if not request.user.has_perm("surveys.view_couponcode"):
        raise PermissionDenied
    sees_all = site.has_change_permission(request, pool)
    state = request.GET.get("state", "")
    state = state if state in CouponCode.State.values else ""
    query = request.GET.get("q", "").strip()[:80] if sees_all else ""
    codes = codes_of_pool(pool.pk, reader=request.user, state=state, query=query)
    page = Paginator(codes, PAGE).get_page(request.GET.get("page"))
    counts = counts_by_state(pool.pk)
    context = {
        **_base(site, request, pool, _("Codes of %(pool)s") % {"pool": pool.name}),
        "page": page,
        "rows": [_row(code, sees_all=sees_all) for code in page],
        "tabs": [("", _("all"), sum(counts.values()))]
        + [(value, label, counts.get(value, 0)) for value, label in CouponCode.State.choices],
        "state": state,
        "query": query,
        "sees_all": sees_all,
        "may_withdraw": request.user.has_perm("surveys.change_couponcode"),
    }
    return render(request, "admin/surveys/incentive/codes.html", context)


def import_view(site: ServiceAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """The form, and after it what became of every line. The same codes again add nothing."""
    pool = _pool(site, request, object_id)
    if not site.has_change_permission(request, pool):
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None, auto_id="hd-import-%s", label_suffix="")
    context: dict[str, Any] = {"form": form, "most": MOST_CODES}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            lines = form.lines
            try:
                report = import_codes(incentive_id=pool.pk, codes=lines, actor=_actor(request))
            except HelpdeskError as error:
                form.add_error(None, error.message)
            else:
                site.log_change(request, pool, f"{report.added} codes imported")
                context |= {
                    "report": report,
                    "faults": _faulty(report.faults, lines),
                    "form": ImportForm(auto_id="hd-import-%s", label_suffix=""),
                }
                status, pool = 200, _pool(site, request, object_id)
    context = _base(site, request, pool, _("Import codes for %(pool)s") % {"pool": pool.name}) | context
    return render(request, "admin/surveys/incentive/import.html", context, status=status)


def export_view(site: ServiceAdmin, request: HttpRequest, object_id: int) -> HttpResponse:
    """All codes of the pool as CSV; no cell is one that a spreadsheet computes."""
    pool = _pool(site, request, object_id)
    if not site.has_change_permission(request, pool):
        raise PermissionDenied
    disposition = {"Content-Disposition": f'attachment; filename="codes-{pool.pk}.csv"', "Cache-Control": "no-store"}
    return HttpResponse(export_codes(incentive_id=pool.pk), content_type="text/csv; charset=utf-8", headers=disposition)


def withdraw_view(site: ServiceAdmin, request: HttpRequest, object_id: int, code_id: int) -> HttpResponse:
    """Take one code back; the page that it was pressed on comes again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    pool = _pool(site, request, object_id)
    if not request.user.has_perm("surveys.change_couponcode"):
        raise PermissionDenied
    code = CouponCode.objects.filter(pk=code_id, incentive=pool.pk).first()
    if code is None:
        raise Http404
    try:
        withdraw_code(code_id=code.pk, actor=_actor(request))
    except HelpdeskError as error:
        messages.error(request, error.message)
    else:
        site.log_change(request, pool, "A code was withdrawn")
        messages.success(request, _("The code is withdrawn; nobody gets it any more."))
    kept = QueryDict(request.POST.get("query", "")[:500]).urlencode()
    return HttpResponseRedirect(reverse("admin:surveys_incentive_codes", args=[pool.pk]) + (f"?{kept}" if kept else ""))


def _pool(site: ServiceAdmin, request: HttpRequest, object_id: int) -> Any:
    """The pool with its figures. 403 without the right to see pools, 404 for none."""
    if not site.has_view_or_change_permission(request):
        raise PermissionDenied
    pool = pools().filter(pk=object_id).first()
    if pool is None:
        raise Http404
    return pool


def _base(site: ServiceAdmin, request: HttpRequest, pool: Any, title: str) -> dict[str, Any]:
    context: dict[str, Any] = site.admin_site.each_context(request)
    may_change = site.has_change_permission(request, pool)
    return context | figures_of(pool) | {"title": title, "opts": site.opts, "may_change": may_change}


def _row(code: Any, *, sees_all: bool) -> dict[str, Any]:
    """A code as this reader may see it: what is not his to know is covered."""
    is_seen = sees_all or code.is_case_seen
    return {
        "code": code,
        "shown": code.code if is_seen else "",
        "tone": STATE_TONES[CouponCode.State(code.state)],
        "case": code.case_id if code.is_case_seen else None,
        "customer": code.customer if code.is_case_seen else None,
        "can_be_withdrawn": code.state in _WITHDRAWABLE,
    }


def _faulty(faults: tuple[CodeFault, ...], lines: list[str]) -> list[FaultyLine]:
    return [
        FaultyLine(number=fault.line, text=lines[fault.line - 1][:100], reason=str(FAULTS[fault.reason]))
        for fault in faults[:SHOWN_FAULTS]
    ]


def _actor(request: HttpRequest) -> Actor:
    return Actor.agent(request.user)  # type: ignore[arg-type]  # the admin lets nobody else in
