"""Reads expositions as the strict parsers of prometheus_client do.

One request a line on stdin, one answer a line on stdout, both JSON, as judges/prometheus speaks it.
"""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text


def judge(asked):
    parse = openmetrics if asked["contentType"].startswith("application/openmetrics-text;") else text
    samples, metadata = [], []
    try:
        for family in parse(asked["body"]):
            metadata.append(["type", family.name, family.type])
            metadata.append(["help", family.name, family.documentation])
            if family.unit:
                metadata.append(["unit", family.name, family.unit])
            for sample in family.samples:
                if sample.timestamp is not None or sample.exemplar is not None:
                    raise ValueError(f"{sample.name} has a timestamp or an exemplar")
                samples.append([sample.name, sample.labels, repr(float(sample.value))])
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"samples": samples, "metadata": metadata}


for line in sys.stdin:
    print(json.dumps(judge(json.loads(line))), flush=True)
