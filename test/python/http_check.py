"""OpenAI's own client and schemathesis against a ready server in Bun. Usage: http_check.py, in an environment with http_requirements.txt."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import openai

ROOT = Path(__file__).resolve().parents[2]
ADMIN = "admin-key"


def start() -> tuple[subprocess.Popen, str]:
    command = ["node", "scripts/bun.mjs", "src/cli/main.ts", "serve", "--port", "0", "--mode", "baseline", "--words"]
    env = {**os.environ, "CHELATED_KEY_ADMIN": ADMIN, "CHELATED_KEY_USE": "use-key"}
    log = open(ROOT / ".ci" / "http-check.log", "w+")  # a file: a pipe that nobody reads would fill
    server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, text=True)
    address = ""
    while server.poll() is None:
        log.seek(0)
        for line in log.read().splitlines():
            entry = json.loads(line) if line.startswith("{") else {}
            address = entry.get("url", address)
            if entry.get("msg") == "ready":
                return server, address
    log.seek(0)
    sys.exit(f"the server ended: {log.read()}")


def check_client(address: str) -> None:
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="use-key", max_retries=0)
    texts = ["a wading bird", "a court of law"]
    as_base64 = client.embeddings.create(model="student", input=texts)  # what the client asks for by default
    as_floats = client.embeddings.create(model="student", input=texts, encoding_format="float")
    for i, (a, b) in enumerate(zip(as_base64.data, as_floats.data, strict=True)):
        assert (a.index, b.index) == (i, i)
        assert all(abs(x - y) < 1e-7 for x, y in zip(a.embedding, b.embedding, strict=True))
        assert abs(sum(x * x for x in a.embedding) - 1) < 1e-5
    assert as_base64.usage.prompt_tokens > 0
    short = client.embeddings.create(model="student", input=texts[0], dimensions=64).data[0].embedding
    assert len(short) == 64 and abs(sum(x * x for x in short) - 1) < 1e-5
    for failing, refusal in [
        (dict(model="other", input="a"), openai.NotFoundError),
        (dict(model="student", input=[1, 2]), openai.BadRequestError),
        (dict(model="student", input=""), openai.BadRequestError),
    ]:
        try:
            client.embeddings.create(**failing)
            sys.exit(f"{failing} was taken")
        except refusal as error:
            assert error.code and error.message, error
    try:
        openai.OpenAI(base_url=f"{address}/v1", api_key="wrong", max_retries=0).embeddings.create(model="student", input="a")
        sys.exit("a wrong key was taken")
    except openai.AuthenticationError:
        pass
    print("openai", openai.__version__, "agrees")


def check_document(address: str) -> None:
    """No undocumented status or shape, no fault of the server's. A seed of its own each time; a failure prints how to play it again."""
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth,unsupported_method"
    schemathesis = Path(sys.executable).parent / "schemathesis"
    subprocess.run(
        [schemathesis, "run", f"{address}/openapi.json", "--header", f"Authorization: Bearer {ADMIN}"]
        + ["--checks", checks, "--max-examples", os.environ.get("CHELATED_EXAMPLES", "25"), "--request-timeout", "30"],
        check=True,
    )


if __name__ == "__main__":
    server, address = start()
    try:
        check_client(address)
        check_document(address)
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(30)
    assert code == 0, f"the server ended with {code}"
