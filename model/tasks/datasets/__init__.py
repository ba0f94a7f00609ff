"""Published datasets as tasks, each read from a folder that the user has downloaded."""

from earloop.model.tasks.datasets.catalogue import DATASETS, Dataset
from earloop.model.tasks.datasets.dreamer import load as load_dreamer
from earloop.model.tasks.datasets.motor_imagery import load as load_motor_imagery
from earloop.model.tasks.datasets.seed import load as load_seed
from earloop.model.tasks.datasets.sleep_edf import load as load_sleep_edf

__all__ = ["DATASETS", "Dataset", "load_dreamer", "load_motor_imagery", "load_seed", "load_sleep_edf"]
