"""Draft all three sections for every case, and count what is wrong before and after the guard.

Without an endpoint in the environment (OPENAI_BASE_URL or OPENAI_API_KEY, OPENAI_MODEL) this starts
the offline stand-in and asks that; its misbehaviours can be asked for by name: --model markdown.
One row a case: faults as written -> as left. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

# A script of its own, run from anywhere.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.drafting.scorer import Case, Faults, Score, read_cases, score
from cms.llm.client import Endpoint, complete
from cms.llm.errors import LanguageModelError
from cms.llm.standin import DEFAULT_MODEL, StandIn
from news.drafting.guard import REPEATS
from news.drafting.prompting import SECTIONS, build_messages, load_prompt
from news.drafting.schemas import ActionDraft, Draft, OpinionDraft, ToDoDraft

SCHEMAS: dict[str, type[Draft]] = {
    "opinion": OpinionDraft,
    "action": ActionDraft,
    "to_do": ToDoDraft,
}
MOST_TOKENS = 6000


@dataclass
class Result:
    """What came of one case."""

    case: Case
    scores: dict[str, Score] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def written(self) -> Faults:
        return sum((score.written for score in self.scores.values()), Faults())

    @property
    def left(self) -> Faults:
        return sum((score.left for score in self.scores.values()), Faults())

    @property
    def overlap(self) -> float:
        return max((score.overlap for score in self.scores.values()), default=0.0)


def draft(case: Case, endpoint: Endpoint, deadline: float) -> Result:
    """Ask for the sections one after the other, as an editor does; each is told of those before."""
    result = Result(case)
    earlier: dict[str, str] = {}
    for section in SECTIONS:
        system, user = build_messages(
            section=section,
            material=case.material,
            registry=case.registry,
            max_words=case.max_words,
            already_written=earlier,
        )
        started = time.monotonic()
        try:
            reply = complete(
                endpoint=endpoint,
                system=system,
                user=user,
                schema=SCHEMAS[section],
                deadline=deadline,
                max_tokens=MOST_TOKENS,
            )
        except LanguageModelError as failure:
            result.failures[section] = str(failure.reason)
            continue
        finally:
            result.seconds += time.monotonic() - started
        result.input_tokens += reply.input_tokens
        result.output_tokens += reply.output_tokens
        result.scores[section] = score(reply.value, case=case, earlier=earlier)
        earlier[section] = result.scores[section].text
    return result


HEADER = (
    f"{'case':20} {'valid':>5} {'contacts':>9} {'markdown':>9} {'quotes':>7} {'ids':>6} {'over':>9} "
    f"{'poison':>7} {'words':>11} {'flags':>5} {'overlap':>7} {'s':>6}"
)


def row(result: Result) -> str:
    written, left = result.written, result.left
    scores = result.scores.values()

    def change(name: str) -> str:
        return f"{getattr(written, name)}->{getattr(left, name)}"

    words = f"{sum(s.words_written for s in scores)}->{sum(s.words_left for s in scores)}"
    told = "".join(f"  {section}: {reason}" for section, reason in result.failures.items())
    return (
        f"{result.case.name:20} {len(result.scores)}/{len(SECTIONS):<3} {change('contacts'):>9} "
        f"{change('markdown'):>9} {change('quotes'):>7} {change('ids'):>6} {change('over'):>9} "
        f"{change('poison'):>7} {words:>11} {sum(s.flagged for s in scores):>5} "
        f"{result.overlap:>7.2f} {result.seconds:>6.2f}{told}"
    )


def summary(results: Sequence[Result], model: str) -> dict[str, object]:
    scores = [score for result in results for score in result.scores.values()]
    return {
        "benchmark": "drafting",
        "model": model,
        "prompts": {section: load_prompt(section).version for section in SECTIONS},
        "cases": len(results),
        "sections": len(results) * len(SECTIONS),
        "valid": len(scores),
        "failures": Counter(reason for result in results for reason in result.failures.values()),
        "written": asdict(sum((score.written for score in scores), Faults())),
        "left": asdict(sum((score.left for score in scores), Faults())),
        "words_written": sum(score.words_written for score in scores),
        "words_left": sum(score.words_left for score in scores),
        "dropped": sum(score.dropped for score in scores),
        "flagged": sum(score.flagged for score in scores),
        "worst_overlap": round(max((score.overlap for score in scores), default=0.0), 3),
        "repeats_from": REPEATS,
        "input_tokens": sum(result.input_tokens for result in results),
        "output_tokens": sum(result.output_tokens for result in results),
        "seconds": round(sum(result.seconds for result in results), 2),
    }


@contextmanager
def endpoint_of(base_url: str, model: str) -> Iterator[Endpoint]:
    """Give the configured endpoint, or the stand-in's while the benchmark runs."""
    key = os.environ.get("OPENAI_API_KEY", "")
    if base_url or key:
        yield Endpoint(base_url=base_url, api_key=key, model=model or "gpt-5-mini")
        return
    with StandIn() as stand_in:
        yield Endpoint(base_url=stand_in.base_url, api_key="", model=model or DEFAULT_MODEL)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=os.environ.get("OPENAI_MODEL", ""))
    parser.add_argument("--base-url", default=os.environ.get("OPENAI_BASE_URL", ""))
    parser.add_argument("--case", action="append", default=[], help="a case's name; all by default")
    parser.add_argument("--deadline", type=float, default=120.0, help="seconds for one section")
    parser.add_argument("--show", action="store_true", help="print what is left of each section")
    return parser.parse_args(given)


def main() -> int:
    options = arguments()
    try:
        cases = read_cases(options.case)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    results: list[Result] = []
    sys.stdout.write(f"{HEADER}\n")
    with endpoint_of(options.base_url, options.model) as endpoint:
        for case in cases:
            result = draft(case, endpoint, options.deadline)
            results.append(result)
            sys.stdout.write(f"{row(result)}\n")
            sys.stdout.flush()
            for section, scored in result.scores.items() if options.show else ():
                sys.stdout.write(f"\n--- {section}\n{scored.text}\n\n")
        sys.stdout.write(f"{json.dumps(summary(results, endpoint.model))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
