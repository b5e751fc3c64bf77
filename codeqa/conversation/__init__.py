"""What was asked before, and what a follow-up means by it.

A follow-up becomes a question that stands for itself: each reference to an earlier turn ("it", "that class", "the
second one", "and its tests?") is replaced by the id of what it means, and where that cannot be told the reason is
given. No reference is ever guessed silently, and a question without one stays as it is. Nothing here reads a file or
the index: whoever calls says what a name means now.
"""

from codeqa.conversation.naming import told
from codeqa.conversation.resolving import refers, understand
from codeqa.conversation.turns import Conversation, Mention, Names, Turn, Understood

__all__ = ["Conversation", "Mention", "Names", "Turn", "Understood", "refers", "told", "understand"]
