"""Inputs of a backbone, compared with values computed by hand."""

import pytest
import torch

from baselines.mmpt.data.preprocess import Preprocess

MEAN, STD = (0.5, 0.4, 0.2), (0.25, 0.5, 0.1)
FORMATS = pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])


def bytes_of(values):
    return torch.tensor(values, dtype=torch.uint8)


@FORMATS
def test_grey_2_by_2_in_4_by_4(memory_format):
    inputs = Preprocess(MEAN, STD, 4, memory_format)(bytes_of([[[0, 51], [102, 255]]]))
    # 0, 51, 102 and 255 are 0, 0.2, 0.4 and 1
    expected = torch.zeros(1, 3, 4, 4)
    expected[0, 0, 1:3, 1:3] = torch.tensor([[-2.0, -1.2], [-0.4, 2.0]])
    expected[0, 1, 1:3, 1:3] = torch.tensor([[-0.8, -0.4], [0.0, 1.2]])
    expected[0, 2, 1:3, 1:3] = torch.tensor([[-2.0, 0.0], [2.0, 8.0]])
    assert inputs.dtype == torch.float32
    assert inputs.is_contiguous(memory_format=memory_format)
    torch.testing.assert_close(inputs, expected, rtol=0, atol=1e-5)


@FORMATS
def test_colour_keeps_its_channels_in_order(memory_format):
    inputs = Preprocess(MEAN, STD, 1, memory_format)(bytes_of([[[[255, 102, 51]]]]))
    torch.testing.assert_close(inputs.flatten(), torch.tensor([2.0, 0.0, 0.0]), rtol=0, atol=1e-5)


@FORMATS
@pytest.mark.parametrize("shape", [(3, 5, 5), (3, 5, 5, 3), (3, 8, 8), (3, 8, 8, 3), (3, 2, 7)])
def test_equals_one_image_at_a_time(shape, memory_format):
    images = torch.randint(0, 256, shape, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    inputs = Preprocess(MEAN, STD, 8, memory_format)(images)
    top, left = (8 - shape[1]) // 2, (8 - shape[2]) // 2
    for image, found in zip(images, inputs, strict=True):
        rgb = image.expand(3, *image.shape) if image.ndim == 2 else image.permute(2, 0, 1)
        for channel in range(3):
            expected = torch.zeros(8, 8)
            values = (rgb[channel].double() / 255 - MEAN[channel]) / STD[channel]
            expected[top : top + shape[1], left : left + shape[2]] = values
            torch.testing.assert_close(found[channel], expected, rtol=0, atol=2e-6)


def test_an_odd_difference_leaves_the_extra_pixel_at_the_bottom_and_right():
    inputs = Preprocess((0, 0, 0), (1, 1, 1), 5)(torch.full((1, 2, 2), 255, dtype=torch.uint8))
    assert inputs[0, 0].nonzero().tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]


def test_padding_is_the_mean_colour():
    padded = Preprocess(MEAN, STD, 3)(torch.zeros(1, 1, 1, dtype=torch.uint8))[0, :, 0, 0]
    assert (padded * torch.tensor(STD) + torch.tensor(MEAN)).tolist() == pytest.approx(list(MEAN))


def test_images_that_are_too_large():
    with pytest.raises(
        ValueError, match=r"9 x 7 pixels do not fit an input of 8 x 8: give an input size of 9"
    ):
        Preprocess(MEAN, STD, 8)(torch.zeros(1, 9, 7, dtype=torch.uint8))


def test_preprocessing_has_nothing_to_train_or_save():
    preprocess = Preprocess(MEAN, STD, 8)
    assert list(preprocess.parameters()) == []
    assert preprocess.state_dict() == {}
    assert preprocess.to("meta").scale.device.type == "meta"
