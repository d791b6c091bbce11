"""List the words and phrases that this project does not use: for each the reason, and what to write instead.

A pattern is a regular expression, without regard to case, in which a space matches any one white space (a phrase that is broken
over two lines is found). It has to be so precise that what it finds is always wrong: a use that is right belongs into
`not_in`, and a test holds both `example` and `not_in`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Habit:
    """A phrase to avoid."""

    pattern: str
    instead: str
    why: str
    example: str
    """A sentence that has it."""
    not_in: tuple[str, ...] = ()
    """Sentences that look like it and are right."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Compile the pattern for text in lower case, with any white space where it has a space."""
        return re.compile(self.pattern.lower().replace(" ", r"\s") + r"(?![\w])")

    def uses(self, lower: str) -> Iterator[re.Match[str]]:
        """Yield its uses in a text in lower case: whole words, not parts of identifiers, paths or compounds."""
        return (match for match in self.regex.finditer(lower) if not _WITHIN.match(lower[match.start() - 1 : match.start() + 1]))


_WITHIN = re.compile(r"[\w/-]\w")
"""A character before the beginning of a word that makes it a part of something longer."""

_OLD = "archaic: readers know it from books, not from documentation"
_LITERAL = "translated word for word from another language; English has its own idiom"
_VAGUE = "names no action; the field has an exact verb"
_TALK = "programs do not talk: messages and documents have content"
_TERM = "Kubernetes, POSIX or TensorFlow have a term for it"

HABITS: tuple[Habit, ...] = (
    # Single words and idioms
    Habit("whoever", "anyone who, a user who", _OLD, "Whoever has the lease may write."),
    Habit("anew", "again, from scratch", _OLD, "Create it anew."),
    Habit("afresh", "again, from scratch", _OLD, "Solve the locks afresh."),
    Habit("for ever", "forever, indefinitely", "one word, or a longer one", "The trainer waits for ever."),
    Habit("ever more seldom", "with exponential backoff", _TERM, "It is asked ever more seldom."),
    Habit("mend(s|ed|ing)?", "fix", _OLD, "Mend the file.", ("Recommended: amend the commit.",)),
    Habit("for want of", "because of a lack of", _OLD, "It was killed for want of memory."),
    Habit("mostly", "usually", "it means the greater part of a thing, not most of the time", "Mostly the node was drained."),
    Habit("shall", "must, will, is to", "a word of contracts; RFC 2119 has MUST", "The pod shall see the GPU."),
    Habit("(goes|go|going|went|gone) on", "continues, resumes from", _LITERAL, "Training goes on from the checkpoint."),
    Habit("at once", "immediately; at the same time", "it has two meanings", "All at once.", ("At least once.",)),
    Habit(
        "(?<!long )(?<!soon )(?<!far )(?<!well )as (it is|they are)(?=[.,;:)]|$| now| here| there)",
        "as is, unchanged, verbatim",
        _LITERAL,
        "The value is written as it is.",
        ("As long as it is open, the lock is held.", "The object as it is being deleted."),
    ),
    Habit("in between", "between", _LITERAL, "Other events come in between."),
    Habit("folders?", "directory", "on Linux it is a directory", "Makes a folder of the node.", ("grafana_folder",)),
    Habit("(he|one) who", "anyone who, a user who", _OLD, "The one who asks first."),
    Habit("all the same(?=[.,;:]| and)", "anyway, nevertheless", _LITERAL, "It trains all the same.", ("All the same type.",)),
    Habit("for good(?=[.,;:]| and)", "permanently", "colloquial", "The node is gone for good.", ("Good for good reasons.",)),
    Habit("all else", "everything else", _OLD, "More than all else.", ("Where all elsewhere fails.",)),
    Habit(
        "(is|are|of|with|has|have) unlike( many| large| numbers| sizes)?",
        "different, different numbers of",
        "as an adjective it is archaic",
        "images of unlike many boxes",
        ("Unlike a lock, it can be used in a signal handler.",),
    ),
    Habit("worthless", "useless, or what exactly is lost", "a judgement; name the effect", "What it trains is worthless."),
    Habit(
        "(is|are) sound|sound (config|configs|record|records|input|inputs|file|example|one|ones)",
        "valid, intact, correct",
        _OLD,
        "What is sound is trained.",
        ("It sounds like one.", "The sound of a bell."),
    ),
    Habit(
        "[;:,] else (it|they|the|a|an|there|what|this|each|one|no|none)(?! (if|end))",
        "otherwise",
        "a word of programming languages; a sentence has otherwise",
        "Install it, else they are skipped.",
        ("x if y else z",),
    ),
    Habit("come(s)? of it|came of it|came of (a|the)|comes of (a|the)", "results from, the result", _OLD, "What came of it."),
    Habit("(can|cannot|could|to) be had", "is available, is unavailable", _OLD, "The image cannot be had."),
    Habit("take(s|n)? down what|(is|was|are|were) taken down", "record, store", _LITERAL, "It takes down what happened."),
    Habit("(is|are|was|were|be) taken for", "treated as, mistaken for", _LITERAL, "It is taken for a training."),
    Habit("unless told( otherwise)?", "by default", _LITERAL, "3 unless told otherwise."),
    Habit(
        "held (against|to) the (real )?trainer",
        "compared with, verified against the trainer",
        _LITERAL,
        "It is held to the trainer.",
    ),
    Habit(
        "a (real )?Kubernetes(?=[.,;:)]| (of|on|from|that|which|with|and|is|or|as|where))",
        "a Kubernetes cluster",
        _TERM,
        "A Kubernetes of one node.",
        ("A Kubernetes cluster.", "a Kubernetes Job"),
    ),
    # Speech
    Habit("told", "reported, notified; distinguished", _TALK, "Mistakes are told before the start."),
    Habit(
        "tells(?! \\w+ to\\b)(?! \\w+ \\w+ to\\b)",
        "reports, shows",
        _TALK,
        "The log tells why.",
        ("It tells the kubelet to stop.",),
    ),
    Habit(
        "(cannot|only|not|may) tell(?! (it|them|the|kubelet))",
        "know, distinguish, report",
        _TALK,
        "Where it cannot tell, it passes.",
    ),
    Habit("sa(ys|id)", "reports, states, describes, is set to", _TALK, "What the document says.", ("essays",)),
    Habit("without (a|leaving a) word", "silently, without a message", _TALK, "The pod ended without a word."),
    Habit(
        "(no|a|last|its own|of its|own) words? (of|of its own)",
        "message, text",
        _TALK,
        "It left no words of its own.",
        ("a word list",),
    ),
    Habit("in (its|their|the trainer's) own words", "as reported by it", _TALK, "How it ended, in its own words."),
    Habit("ask(s|ed|ing)? for", "requests, requires", "Kubernetes: a pod requests, a config requires", "A pod asks for a GPU."),
    Habit("complains? (of|about)", "reports, names", _TALK, "Change what it complains of."),
    Habit("ask whoever|ask again", "contact your cluster administrator; press again", _TALK, "Ask again to kill it."),
    Habit("(wants?) (a|the) (login|image|secret)", "requires", _TALK, "The registry wants a login."),
    # Being and having
    Habit(
        "(?<!there )(?<!there's )(is|are|was|were) no (?!longer|more|less|different|other|better|worse|later|earlier|need|problem)\\w+",
        "is not a, is invalid, does not exist; unknown X",
        _LITERAL,
        "The file is no JPEG.",
        ("There is no space left.", "It is no longer there."),
    ),
    Habit("what (there is|is there)", "what exists", _LITERAL, "It reads what there is.", ("What is therefore read.",)),
    Habit(
        "(until|when|if|it|that|which|they|unless|driver|file|still|also|not) (is|are) there(?= and|[.,;:)]|$| from| when| for)",
        "exists, is present",
        _LITERAL,
        "Until it is there and bound.",
        ("Is there a checkpoint?", "It is therefore read."),
    ),
    Habit(
        "stands?(?! (for|out|by|up|alone)\\b)(?!-|alone)",
        "is in, is defined in, appears in",
        _LITERAL,
        "numSteps stands twice in it.",
        ("* stands for all.", "A stand-in for the API server.", "standalone"),
    ),
    Habit("stood still", "was suspended, made no progress", _LITERAL, "A holder that stood still."),
    Habit(
        "(is|are|was|were|be) made (by|from|of|here|when|if|in some|it does)|(records|files) are made",
        "is created, is generated, is written, consists of",
        _VAGUE,
        "Split the images before the records are made.",
        ("The path is made absolute.", "It is made available."),
    ),
    Habit("(waits?|waiting) to be started", "waiting for X to start", _TERM, "Job pets-train-1 waits to be started."),
    Habit("not ready to be started", "pending", _TERM, "It is not ready to be started."),
    Habit("(gave|gives|give|given) no verdict", "produced no verdict", _LITERAL, "A run that gave no verdict."),
    Habit("until others are gone", "free quota", _LITERAL, "Wait until others are gone."),
    Habit("have the \\w+ raised", "request an increase", _LITERAL, "Have the quota raised."),
    Habit("(is|are) not of this", "is not owned by this", _TERM, "The Job is not of this training."),
    Habit("stands? twice|is there twice", "duplicate", _LITERAL, "The key is there twice."),
    Habit("is not a field", 'unknown field "x"', "the API server's own words", "spec.foo is not a field."),
    Habit("has no volume yet", "is not bound", _TERM, "The claim has no volume yet."),
    Habit("no cause that is known", "no known cause", _LITERAL, "No cause that is known was found."),
    Habit("put back what", "restore", _LITERAL, "Put back what was validated."),
    Habit("went away without", "terminated without", _VAGUE, "It went away without a message."),
    Habit("It will train:", "Validation passed:", _VAGUE, "It will train: 10 records."),
    Habit("checks the inputs(?=[.:])", "Validating inputs", _VAGUE, "Job pets-validate-1 checks the inputs."),
)
