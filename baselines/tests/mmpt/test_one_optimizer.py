"""A single AdamW for the backbone and all heads, as in the thesis, compared with one for each part."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from baselines.mmpt.training.learner import build_model, make_learner, step
from baselines.mmpt.training.sources import load_sources
from baselines.tests.mmpt.small import NAMES, small_config


@pytest.mark.parametrize("set_to_none", [True, False])
def test_one_optimizer_gives_the_same_weights_if_gradients_are_none(collection, set_to_none):
    folder, benchmark = collection
    config = small_config()
    torch.manual_seed(0)
    model = build_model(config, config.datasets(benchmark))
    sources, _ = load_sources(config, folder, model, benchmark, torch.device("cpu"))
    learner = make_learner(config, model, sources)
    other = make_learner(config, deepcopy(model), sources)
    single = torch.optim.AdamW(
        other.model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    if not set_to_none:
        for parameter in other.model.parameters():
            parameter.grad = torch.zeros_like(parameter)
    for each in (learner, other):
        each.model.train()
    for number in range(40):
        name = NAMES[number % len(NAMES)]
        inputs = {name: sources[name].take(np.arange(4))}
        step(learner, inputs)
        images, labels = inputs[name]
        other.losses[name](other.model(images, name), labels).backward()
        single.step()
        single.zero_grad(set_to_none=set_to_none)
    pairs = zip(learner.model.parameters(), other.model.parameters(), strict=True)
    difference = max((mine - theirs).abs().max().item() for mine, theirs in pairs)
    assert (difference == 0.0) is set_to_none
