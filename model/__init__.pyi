from .config import Machines, ModelConfig, ModelError, PretrainConfig
from .evaluation.compare import compare
from .export.decode import decode
from .export.embed import Embeddings, embed
from .export.embedder import Embedder, load_embedder
from .finetuning.decoder import Decoder, learn_decoder
from .finetuning.decoder_file import load_decoder, save_decoder
from .finetuning.finetune import FineTune
from .network.encoder import Encoder
from .pretraining.trainer import model_config, pretrain
from .protocol.sklearn_model import SklearnModel
from .tasks.corpus_task import classification, gaze
from .tasks.epochs import Epochs
from .tasks.own.labelled_epochs import labelled_epochs
from .tasks.own.labelled_recording import LabelledRecording
from .tasks.own.left_out import LeftOut
from .tasks.own.question import Question
from .tokens.corpus_tokens import CorpusTokens, corpus_tokens
from .tokens.token_stream import TokenFormat, TokenStream
from .tokens.tokenize import tokenize

__all__ = [
    "CorpusTokens",
    "Decoder",
    "Embedder",
    "Embeddings",
    "Encoder",
    "Epochs",
    "FineTune",
    "LabelledRecording",
    "LeftOut",
    "Machines",
    "ModelConfig",
    "ModelError",
    "PretrainConfig",
    "Question",
    "SklearnModel",
    "TokenFormat",
    "TokenStream",
    "classification",
    "compare",
    "corpus_tokens",
    "decode",
    "embed",
    "gaze",
    "labelled_epochs",
    "learn_decoder",
    "load_decoder",
    "load_embedder",
    "model_config",
    "pretrain",
    "save_decoder",
    "tokenize",
]
