"""A text-embeddings server as one writes it in Python: FastAPI, onnxruntime, OpenAI's answer.

    MODEL=FOLDER THREADS=1 python -m uvicorn serve:app --port 8000 --workers 2

The texts of a request are tokenized and embedded together, one request after the other in each worker: more at a time would
only share the cores that onnxruntime's threads have already.
"""
import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime as ort
import orjson
from fastapi import FastAPI, Response
from pydantic import BaseModel
from tokenizers import Tokenizer

folder = Path(os.environ["MODEL"])
options = ort.SessionOptions()
options.intra_op_num_threads = int(os.environ.get("THREADS", "1"))
options.log_severity_level = 3
session = ort.InferenceSession(next((folder / "onnx").glob("*.onnx")), options, providers=["CPUExecutionProvider"])
inputs = {each.name for each in session.get_inputs()}
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
tokenizer.enable_truncation(json.loads((folder / "sentence_bert_config.json").read_text())["max_seq_length"])
tokenizer.enable_padding(pad_id=tokenizer.padding["pad_id"], pad_token=tokenizer.padding["pad_token"])

app = FastAPI()
executor = ThreadPoolExecutor(1)


class Request(BaseModel):
    input: str | list[str]
    model: str | None = None


@app.get("/health")
def health() -> dict[str, str]:
    return {"onnxruntime": ort.__version__}


@app.post("/v1/embeddings")
async def embeddings(request: Request) -> Response:
    texts = [request.input] if isinstance(request.input, str) else request.input
    answer = await asyncio.get_running_loop().run_in_executor(executor, embed, texts)
    return Response(answer, media_type="application/json")


def embed(texts: list[str]) -> bytes:
    encodings = tokenizer.encode_batch(texts)
    ids = np.array([e.ids for e in encodings], dtype=np.int64)
    mask = np.array([e.attention_mask for e in encodings], dtype=np.int64)
    feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    (hidden,) = session.run(["last_hidden_state"], {k: v for k, v in feeds.items() if k in inputs})
    mean = (hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    vectors = (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float32)
    tokens = int(mask.sum())
    answer = {
        "object": "list",
        "model": "all-MiniLM-L6-v2",
        "data": [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
    return orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
