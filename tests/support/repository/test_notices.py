from common.dynamo import Table
from support.domain.credential_clock import Notice
from support.repository.notices import DynamoNotices
from tests.support.fakes import T0

ONE = Notice("mame", "key", 14, 10, "key#2026-12-01#14")
OTHER = Notice("mame", "key", 7, 7, "key#2026-12-01#07")


def test_what_was_told_is_not_told_again(settings_table: Table) -> None:
    notices = DynamoNotices(settings_table)
    assert notices.untold([]) == []
    assert notices.untold([ONE, OTHER]) == [ONE, OTHER]
    notices.told(ONE, T0)
    notices.told(ONE, T0)
    assert notices.untold([ONE, OTHER]) == [OTHER]
    assert settings_table.get("CREDENTIALS", "mame#key#2026-12-01#14") == {
        "pk": "CREDENTIALS",
        "sk": "mame#key#2026-12-01#14",
        "at": "2026-11-21T12:00:00.000Z",
        "days_left": 10,
        "expires_at": int(T0.timestamp()) + 400 * 86_400,
    }
