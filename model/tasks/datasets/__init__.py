"""Published datasets as tasks, each read from a folder that its user downloaded."""

from model.tasks.datasets.catalogue import DATASETS, Dataset
from model.tasks.datasets.dreamer import load as load_dreamer
from model.tasks.datasets.motor_imagery import load as load_motor_imagery
from model.tasks.datasets.seed import load as load_seed
from model.tasks.datasets.sleep_edf import load as load_sleep_edf

__all__ = ["DATASETS", "Dataset", "load_dreamer", "load_motor_imagery", "load_seed", "load_sleep_edf"]
