"""One action on many alerts: each is done or refused by itself, and each has its result."""

from collections.abc import Callable, Sequence

from handoff.v1 import alerts_pb2
from pymongo.errors import PyMongoError

from services.alerts.domain.alert import Alert
from services.alerts.domain.requests import check_keys
from services.shared.errors import RefusalCode, Refused
from services.shared.mongo import TransactionTooLong
from services.shared.rpc_failures import failure_of

Act = Callable[[str], Alert]
Say = Callable[[Alert], alerts_pb2.Alert]


def results_of(keys: Sequence[str], act: Act, say: Say) -> Sequence[alerts_pb2.AlertResult]:
    """In the order of the keys. Raises Refused for what is wrong with the request itself."""
    check_keys(keys)
    return [_result(key, act, say) for key in keys]


def _result(key: str, act: Act, say: Say) -> alerts_pb2.AlertResult:
    try:
        return alerts_pb2.AlertResult(key=key, alert=say(act(key)))
    except (Refused, PyMongoError, TransactionTooLong) as error:
        if isinstance(error, Refused) and error.code is RefusalCode.INVALID:
            raise
        failure = failure_of(error)
        return alerts_pb2.AlertResult(
            key=key, problem=failure.message, code=failure.code.name.lower()
        )
