"""Reads lines of the archive by protobuf's JSON mapping and says what it has read.

Each line of standard input is a line of the archive; each line of standard output is the answer to it, in the same
order. readers.ts starts it.
"""

import base64
import json
import re
import sys

from google.protobuf import json_format
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

# OTLP has IDs in hex, and everything else as the JSON mapping does. A quote inside a text is escaped, so that only keys match.
ID = re.compile(r'"(traceId|spanId|parentSpanId)":"([0-9a-f]*)"')


def base64_id(match):
    return f'"{match[1]}":"{base64.b64encode(bytes.fromhex(match[2])).decode()}"'


def read(line):
    try:
        message = json_format.Parse(ID.sub(base64_id, line), TracesData(), ignore_unknown_fields=True)
    except json_format.ParseError as error:
        return {"error": str(error)}
    return {"tracesData": base64.b64encode(message.SerializeToString()).decode()}


for line in sys.stdin.buffer:
    print(json.dumps(read(line.decode("utf-8").rstrip("\n"))), flush=True)
