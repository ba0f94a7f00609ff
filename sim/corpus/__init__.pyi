from .generate import generate
from .plan import plan_corpus
from .schedulers import Scheduler, in_process, local_processes

__all__ = ["Scheduler", "generate", "in_process", "local_processes", "plan_corpus"]
