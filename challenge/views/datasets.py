"""Pages of the datasets, and their sample images."""

from datetime import UTC, datetime

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import last_modified, require_safe

from challenge.content.bibliography import MEDMNIST_PLUS_RECORD, MEDMNIST_V1, MEDMNIST_V2, works_by_key
from challenge.content.class_balance import class_counts
from challenge.content.datasets import ABOUT_DATASETS, MEDMNIST_INFO, ON_MEDMNIST_PLUS, AboutDataset
from challenge.content.samples import Montage, find_montage, images_per_class, sample_path
from challenge.figures.datasets import class_balance
from challenge.models import ranked_ground_truth
from challenge.scoring.benchmark import MEDMNIST_PLUS

_SAMPLES_MAX_AGE = 30 * 24 * 3600  # pages use a new address if the images change


@require_safe
def datasets(request: HttpRequest) -> HttpResponse:
    """Overview of all datasets, with instructions to download and cite them."""
    rows = list(ABOUT_DATASETS.values())
    works = works_by_key([MEDMNIST_PLUS_RECORD, MEDMNIST_V2, MEDMNIST_V1])
    montages = [(about, next(iter(_montages(about)), None)) for about in rows]
    context = {
        "rows": rows,
        "n_train": sum(about.n_train for about in rows),
        "n_val": sum(about.n_val for about in rows),
        "n_test": MEDMNIST_PLUS.n_rows,
        "gallery": montages if any(montage for _, montage in montages) else [],
        "works": list(works.values()),
        "record": works[MEDMNIST_PLUS_RECORD],
        "made_by": ON_MEDMNIST_PLUS,
    }
    return render(request, "challenge/datasets.html", context)


@require_safe
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """Page of one dataset."""
    about = _get_about(name)
    ground_truth = ranked_ground_truth()
    counts = class_counts(ground_truth).get(name)
    is_demo = ground_truth is not None and ground_truth.is_demo
    names = list(ABOUT_DATASETS)
    position = names.index(name)
    cited = [*about.works, MEDMNIST_V2, MEDMNIST_PLUS_RECORD]
    works = works_by_key([*cited, *(key for caution in about.cautions for key in caution.works)])
    context = {
        "about": about,
        "dataset": about.dataset,
        "figure": class_balance(about.dataset, counts, synthetic=is_demo) if counts else None,
        "montages": _montages(about),
        "images_per_class": images_per_class(about.dataset),
        "record": works[MEDMNIST_PLUS_RECORD],
        "works": [works[key] for key in cited],
        "cautions": [(caution, [works[key] for key in caution.works]) for caution in about.cautions],
        "made_by": [MEDMNIST_INFO, ON_MEDMNIST_PLUS],
        "previous": ABOUT_DATASETS[names[position - 1]] if position else None,
        "next": ABOUT_DATASETS[names[position + 1]] if position + 1 < len(names) else None,
    }
    return render(request, "challenge/dataset.html", context)


def _montages(about: AboutDataset) -> list[Montage]:
    """Return the existing montages, from the lowest resolution to the highest."""
    found = (find_montage(about.dataset, resolution) for resolution in MEDMNIST_PLUS.resolutions)
    return [montage for montage in found if montage]


def _get_about(name: str) -> AboutDataset:
    if name not in ABOUT_DATASETS:
        raise Http404
    return ABOUT_DATASETS[name]


def _samples_modified(request: HttpRequest, name: str, resolution: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(sample_path(name, resolution).stat().st_mtime, UTC)
    except OSError:
        return None


@require_safe
@last_modified(_samples_modified)
def dataset_samples(request: HttpRequest, name: str, resolution: int) -> FileResponse:
    """Sample images of a dataset at a resolution, as a PNG that browsers may cache."""
    _get_about(name)
    if resolution not in MEDMNIST_PLUS.resolutions:
        raise Http404
    try:
        content = sample_path(name, resolution).open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(content, content_type="image/png")
    patch_cache_control(response, public=True, max_age=_SAMPLES_MAX_AGE)
    return response
