"""The last word: what an answer claims, against bytes and edges as they are now.

`Verifier` checks the facts of a walk; `codeqa.verify.replay` checks the claims of an answer that was written earlier,
`codeqa.verify.claims` the sentences that somebody else wrote.
"""

from codeqa.verify.facts import Verified, Verifier, definition_check, edge_check, words_of

__all__ = ["Verified", "Verifier", "definition_check", "edge_check", "words_of"]
