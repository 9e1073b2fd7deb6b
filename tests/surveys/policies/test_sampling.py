from surveys.policies.sampling import is_in_sample


def chosen(percent: int) -> set[int]:
    return {
        ticket
        for ticket in range(4000)
        if is_in_sample(percent=percent, survey_id=1, customer_id=ticket % 7, ticket_id=ticket, occasion="contact:1")
    }


def test_share_is_met_and_falls_the_same_every_time() -> None:
    assert 900 < len(chosen(25)) < 1100
    assert chosen(25) == chosen(25)


def test_everybody_and_nobody_are_shares_too() -> None:
    assert (len(chosen(100)), len(chosen(0))) == (4000, 0)


def test_larger_sample_holds_the_smaller_one() -> None:
    assert chosen(10) < chosen(40)
