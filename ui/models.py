"""Who writes the answers: what the operator offers, what each owner chose of it, and whether a model answers.

Addresses and keys are the operator's (settings, environment). The page knows names alone, and sends back one of them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.errors import CaseChatError, LlmError, QuestionError
from rag.settings import Settings
from ui.i18n import Texts
from ui.limits import AtOnce
from ui.logs import without_paths
from ui.store import ConversationStore

if TYPE_CHECKING:  # importing it would import the model's libraries
    from rag.pipeline import CaseQA

EXTRACTIVE = "extractive"
TEST_TIMEOUT_S = 20.0
TESTS_AT_ONCE = 4
_PREFERENCE = "model"


@dataclass
class Offer:
    """One who may write, and the pipeline with it once it was asked for."""

    name: str
    """As the page calls it: `provider:model`, a file without its folders; numbered where two are called the same."""
    settings: Settings
    lock: threading.Lock = field(default_factory=threading.Lock)
    built: CaseQA | None = None

    @property
    def is_model(self) -> bool:
        """Whether a chat model writes."""
        return self.settings.llm != EXTRACTIVE

    def shown(self, texts: Texts) -> str:
        """Return the name in words."""
        return self.name if self.is_model else texts("model.extractive")


@dataclass(frozen=True, slots=True)
class Writer:
    """The pipeline that answers one question."""

    qa: CaseQA
    problem: str = ""
    """Why the model chosen cannot be used and sentences are quoted instead; empty otherwise."""


class ModelChoices:
    """The models that the operator offers, and what each owner chose."""

    def __init__(self, settings: Settings, store: ConversationStore) -> None:
        self._settings = settings
        self._store = store
        self._offers = {offer.name: offer for offer in _offers(settings)}
        self._tests = AtOnce(of_one=1, of_all=TESTS_AT_ONCE)

    @property
    def offers(self) -> Sequence[Offer]:
        """Those offered, the settings' own first."""
        return tuple(self._offers.values())

    def chosen(self, owner: str) -> Offer:
        """Return what the owner chose; the settings' own where they chose none, or one that is no longer offered."""
        kept = self._store.preferences(owner).get(_PREFERENCE)
        return self._offers.get(str(kept), self.offers[0])

    def gone(self, owner: str) -> str:
        """Return the name that the owner chose and that is no longer offered; empty where there is none."""
        kept = self._store.preferences(owner).get(_PREFERENCE)
        return "" if kept is None or kept in self._offers else str(kept)

    def choose(self, name: str, owner: str) -> bool:
        """Keep the owner's choice and return True; a name that is not offered changes nothing."""
        if name not in self._offers:
            return False
        self._store.set_preferences(owner, self._store.preferences(owner) | {_PREFERENCE: name})
        return True

    def forget(self, owner: str) -> None:
        """Forget the owner's choice."""
        kept = {key: value for key, value in self._store.preferences(owner).items() if key != _PREFERENCE}
        self._store.set_preferences(owner, kept)

    def writer(self, qa: CaseQA, offer: Offer) -> Writer:
        """Return `qa` written by what is offered; without a model, saying why, where that cannot be used (package, key)."""
        try:
            return Writer(self._built(qa, offer))
        except CaseChatError as exc:
            return Writer(self.without_model(qa), without_paths(str(exc)))

    def without_model(self, qa: CaseQA) -> CaseQA:
        """Return `qa` with verbatim answers."""
        return self._built(qa, self._offers[EXTRACTIVE])

    def _built(self, qa: CaseQA, offer: Offer) -> CaseQA:
        """Return `qa` written by an offer, put together once. Raises SettingsError where that cannot be used."""
        if offer is self.offers[0]:
            return qa
        with offer.lock:
            if offer.built is None:
                from rag.factory import with_llm  # loads the model's libraries

                offer.built = with_llm(qa, offer.settings)
            return offer.built

    def test(self, qa: CaseQA, owner: str, *, texts: Texts) -> str:
        """Return what came of asking the owner's model for one word: how long it took, or what is wrong.

        Raises QuestionError while the owner, or too many others, are testing.
        """
        offer = self.chosen(owner)
        if not offer.is_model:
            return texts("model.test_none")
        if not self._tests.enter(owner):
            raise QuestionError(texts("model.test_busy"))
        began_s = time.perf_counter()
        try:
            self._try(qa, offer)
        except LlmError as exc:
            why = texts.known(f"fault.{exc.kind}")
            return texts("model.test_failed", why=why.format(name=offer.name) if why else without_paths(str(exc)))
        except CaseChatError as exc:
            return texts("model.test_failed", why=without_paths(str(exc)))
        finally:
            self._tests.leave(owner)
        return texts("model.test_well", name=offer.name, seconds=f"{time.perf_counter() - began_s:.1f}")

    def _try(self, qa: CaseQA, offer: Offer) -> None:
        writer = self._built(qa, offer).writer
        if writer is not None:
            from rag.factory import try_llm

            try_llm(writer.chat, timeout_s=TEST_TIMEOUT_S)


def _offers(settings: Settings) -> list[Offer]:
    """Return who may write, each once: the settings' own, then `extractive`, then the further choices."""
    wanted = [(settings.llm, settings.base_url), (EXTRACTIVE, None)]
    for choice in settings.llm_choices:
        llm, _, address = choice.partition("@")
        wanted.append((llm, address or (settings.base_url if llm == settings.llm else None)))
    offers: list[Offer] = []
    for llm, base_url in dict.fromkeys(wanted):
        name, names = _name(llm), {offer.name for offer in offers}
        if llm == EXTRACTIVE and name in names:
            continue
        numbered = (f"{name} ({n})" for n in range(2, len(wanted) + 2))
        unique = name if name not in names else next(one for one in numbered if one not in names)
        offers.append(Offer(unique, settings.model_copy(update={"llm": llm, "base_url": base_url})))
    return offers


def _name(llm: str) -> str:
    provider, _, model = llm.partition(":")
    return f"gguf:{model.replace(chr(92), '/').rsplit('/', 1)[-1]}" if provider == "gguf" else llm
