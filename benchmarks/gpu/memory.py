"""Memory of a GPU: images on the device or fetched from the host, the room for images, and a full memory."""

import torch

from baselines.mmpt.data.splits import DatasetImages
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.device import DeviceError
from baselines.mmpt.training.learner import build_model
from baselines.mmpt.training.memory import memory_of_step, room_for_images
from baselines.mmpt.training.train import train
from benchmarks.gpu.report import Report
from benchmarks.gpu.setting import Setting, make_case, random_images
from benchmarks.gpu.speed import compare
from challenge.scoring.benchmark import MEDMNIST_PLUS

GB = 1e9


def measure(setting: Setting, report: Report) -> None:
    """Compare places of images; then check the estimate of memory and the message about a full memory."""
    data = [
        random_images(MEDMNIST_PLUS[name], 100 if setting.tiny else 8192, 28 if setting.tiny else 224)
        for name in ("pathmnist", "tissuemnist")
    ]
    for resident in (True, False):
        report.attempt(f"memory, resident {resident}", _place, setting, report, data, resident)
    if setting.device.type == "cuda":
        for precision in ("fp32", "bf16"):
            for architecture in (setting.cnn, setting.vit):
                config = setting.config(architecture, precision=precision)
                report.attempt(f"estimate, {architecture}, {precision}", _estimate, setting, report, config)
        report.attempt("second training", _second_training, setting, report)
        report.attempt("full memory", _full_memory, setting, report)


def _place(setting: Setting, report: Report, data: list[DatasetImages], resident: bool) -> None:
    resolution = data[0].images.shape[1]
    config = setting.config(setting.cnn, precision="bf16", resolution=resolution)
    report.add(
        what=f"{resolution} px, images {'on the device' if resident else 'fetched'}",
        **compare(setting, config, make_case(setting, config, data, resident=resident)),
    )


def _estimate(setting: Setting, report: Report, config: TrainingConfig) -> None:
    """Compare the memory of a trial step with that of real steps, weights and optimizers included."""
    model = build_model(config, ()).to(setting.device)
    need = memory_of_step(config, model.backbone, setting.device, config.batch_size)
    room = room_for_images(config, model.backbone, setting.device, config.batch_size)
    del model
    torch.cuda.empty_cache()
    before, _ = torch.cuda.mem_get_info(setting.device)
    data = [random_images(MEDMNIST_PLUS["bloodmnist"], 10 * config.batch_size, 28)]
    case = make_case(setting, config, data, resident=True)
    compare(setting, config, case)
    report.add(
        what=f"{config.architecture}, {config.precision}",
        trial_step_gb=need / GB,
        training_reserved_gb=torch.cuda.max_memory_reserved(setting.device) / GB,
        reserve_gb=(before - room) / GB,
    )


def _second_training(setting: Setting, report: Report) -> None:
    """Compare the room for images before and after a training in the same process."""
    config = setting.config(setting.cnn)
    folder, benchmark = setting.collection()
    model = build_model(config, ()).to(setting.device)
    rooms = [room_for_images(config, model.backbone, setting.device, config.batch_size)]
    train(config, folder, setting.folder / "first", benchmark=benchmark, write=lambda line: None)
    rooms.append(room_for_images(config, model.backbone, setting.device, config.batch_size))
    report.add(what="room for images", before_a_training_gb=rooms[0] / GB, after_it_gb=rooms[1] / GB)


def _full_memory(setting: Setting, report: Report) -> None:
    """Report what a user is told if a step does not fit, and if the output folder is left clean."""
    folder, benchmark = setting.collection()
    for place in ("auto", "device"):
        output = setting.folder / f"full-{place}"
        config = setting.config(setting.cnn, batch_size=512, images_on=place)
        try:
            torch.cuda.empty_cache()
            torch.cuda.set_per_process_memory_fraction(0.01)
            train(config, folder, output, benchmark=benchmark, write=lambda line: None)
            told = "no error"
        except DeviceError as error:
            told = str(error)
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0)
        report.add(what=f"full memory, images on {place}", told=told, folder_is_clean=not output.exists())
