"""Expected calibration error of a perfectly calibrated model on each test set.

The error is above 0 because each bin has few images. The numbers are means over simulated test sets of the official
sizes. The confidences are spread evenly from 0.5 to 1; in the multi-label dataset, the probabilities of labels from 0
to 1. A test simulates them again.
"""

CALIBRATION_FLOORS = {
    "pathmnist": 0.010,
    "chestmnist": 0.002,
    "dermamnist": 0.020,
    "octmnist": 0.028,
    "pneumoniamnist": 0.036,
    "retinamnist": 0.045,
    "breastmnist": 0.071,
    "bloodmnist": 0.015,
    "tissuemnist": 0.004,
    "organamnist": 0.007,
    "organcmnist": 0.010,
    "organsmnist": 0.010,
}
