"""Voice processors: what a caller hears is what was played, what is recorded is what was said, and what breaks."""

from __future__ import annotations

import pytest
from voice_bench import VP, VoiceBench

from switchsim.callcentre.vp_recording import BEEP
from switchsim.model.cti import AttachChannel
from switchsim.model.platform import (
    ChannelBack,
    ChannelGiven,
    Heartbeat,
    Register,
    VoiceCollect,
    VoiceDone,
    VoicePlay,
    VoiceRecord,
    VoiceStop,
)
from switchsim.units import ms, seconds

IDLE = 0xD5


def test_a_caller_hears_the_sounds_octet_for_octet_and_in_turn() -> None:
    bench = VoiceBench()
    caller, given = bench.attached()
    bench.tap(caller)
    bench.play(given.channel, "welcome", "wrong_choice")
    done = bench.done()
    bench.run(ms(100))
    sound = bench.sound("welcome", "wrong_choice")
    assert done == VoiceDone(given.channel, "play", "end", "", len(sound))
    assert sound in bench.heard
    assert set(bench.heard.replace(sound, b"")) == {IDLE}
    assert bench.states(given.line, given.timeslot) == ["seized", "playing", "seized"]


def test_more_sounds_than_a_source_takes_at_once_are_played_to_the_last() -> None:
    bench = VoiceBench()
    _caller, given = bench.attached()
    bench.play(given.channel, *["welcome"] * 18)
    done = bench.done(seconds(60))
    assert done.octets == 18 * len(bench.sound("welcome"))


def test_an_unknown_sound_is_told_and_nothing_is_played() -> None:
    bench = VoiceBench()
    caller, given = bench.attached()
    bench.tap(caller)
    bench.play(given.channel, "welcome", "musak")
    bench.run(ms(100))
    assert bench.done() == VoiceDone(given.channel, "play", "no_sound", "musak", 0)
    assert set(bench.heard) == {IDLE}


def test_a_digit_is_heard_and_cuts_short_what_plays_and_the_octets_played_are_told() -> None:
    bench = VoiceBench()
    caller, given = bench.attached()
    bench.say(VoiceCollect(given.channel, True))
    bench.tap(caller)
    bench.play(given.channel, "announcement", stops="5")
    bench.run(ms(500))
    caller.dial("45")
    done = bench.done()
    bench.run(ms(100))
    assert (done.why, done.text, bench.digits()) == ("digit", "5", "45")
    sound = bench.sound("announcement")
    assert 0 < done.octets < len(sound)
    assert sound[: done.octets] in bench.heard
    assert sound[: done.octets + 1] not in bench.heard


def test_digits_are_heard_only_while_they_are_collected() -> None:
    bench = VoiceBench()
    caller, given = bench.attached()
    caller.dial("1")
    bench.run(ms(400))
    bench.say(VoiceCollect(given.channel, True))
    caller.dial("2A#")
    bench.run(ms(800))
    bench.say(VoiceCollect(given.channel, False))
    caller.dial("3")
    bench.run(ms(400))
    assert bench.digits() == "2A#"
    assert not bench.vp.state.channels[given.channel].tuned


def test_a_new_order_ends_the_one_before_and_stop_ends_all() -> None:
    bench = VoiceBench()
    _caller, given = bench.attached()
    bench.play(given.channel, "announcement")
    bench.run(ms(100))
    bench.play(given.channel, "welcome")
    assert bench.done() == VoiceDone(given.channel, "play", "stopped", "", ms(100))
    bench.run(ms(50))
    bench.say(VoiceStop(given.channel))
    assert bench.done() == VoiceDone(given.channel, "play", "stopped", "", ms(50))
    bench.say(VoiceStop(given.channel))
    bench.run(seconds(2))
    assert len(bench.wrote(VoiceDone)) == 2


# -- recordings ------------------------------------------------------------------------------------------------------


def record(
    name: str = "message 1", limit: int = 0, silence: int = 0, stops: str = "#", beep: bool = False
) -> VoiceRecord:
    return VoiceRecord(0, name, limit, silence, stops, beep)


def test_a_recording_holds_what_was_said_and_is_kept_with_the_run() -> None:
    bench = VoiceBench()
    caller, given = bench.attached()
    assert given.channel == 0
    bench.tap(caller)
    bench.say(record())
    bench.run(ms(300))
    caller.dial("123#")
    done = bench.done()
    ((name, octets),) = bench.machine.recordings()
    assert (name, len(octets)) == ("vp-0-message-1", done.octets)
    assert (done.what, done.why, done.text) == ("record", "digit", "#")
    said = octets.strip(bytes([IDLE]))
    assert len(said) > ms(300)
    assert said in bench.said
    (event,) = bench.events("SoundRecorded")
    assert (event.name, event.cycles, event.why) == ("message-1", done.octets, "digit")


def test_a_recording_that_is_stopped_holds_every_octet_up_to_then() -> None:
    bench = VoiceBench()
    bench.attached()
    bench.say(record())
    bench.run(ms(150))
    bench.say(VoiceStop(0))
    assert bench.done() == VoiceDone(0, "record", "stopped", "", ms(150))
    assert len(bench.machine.recordings()[0][1]) == ms(150)


def test_a_recording_ends_at_its_limit_to_the_octet() -> None:
    bench = VoiceBench()
    bench.attached()
    bench.say(record(limit=ms(250) + 3))
    assert bench.done() == VoiceDone(0, "record", "limit", "", ms(250) + 3)
    assert len(bench.machine.recordings()[0][1]) == ms(250) + 3


def test_the_limit_of_the_vp_holds_for_all() -> None:
    bench = VoiceBench()
    bench.attached()
    bench.say(record(limit=seconds(100)))
    assert bench.done(seconds(11)) == VoiceDone(0, "record", "limit", "", seconds(10))


def test_a_recording_ends_with_silence_counted_from_the_last_sound() -> None:
    bench = VoiceBench()
    caller, _ = bench.attached()
    bench.say(record(silence=ms(500)))
    bench.run(ms(300))
    caller.dial("1")
    done = bench.done()
    assert done.why == "silence"
    sound = bench.machine.recordings()[0][1].strip(bytes([IDLE]))
    assert sound
    assert ms(300) + len(sound) + ms(500) <= done.octets <= ms(300) + len(sound) + ms(650)


def test_a_beep_comes_before_the_recording_and_is_not_in_it() -> None:
    bench = VoiceBench()
    caller, _ = bench.attached()
    bench.tap(caller)
    bench.say(record(limit=ms(200), beep=True))
    bench.done()
    bench.run(ms(50))
    assert BEEP in bench.heard
    assert set(bench.machine.recordings()[0][1]) == {IDLE}


def test_a_full_disk_ends_a_recording_and_what_there_is_of_it_is_kept() -> None:
    bench = VoiceBench()
    bench.attached()
    bench.say(record())
    bench.run(ms(450))
    bench.break_vp("disk_full")
    done = bench.done()
    assert done.why == "full"
    assert ms(350) <= done.octets <= ms(450)
    assert len(bench.machine.recordings()[0][1]) == done.octets
    bench.say(record("second"))
    assert bench.done() == VoiceDone(0, "record", "full", "", 0)
    bench.mend_vp("disk_full")
    bench.say(record("third", limit=ms(100)))
    assert bench.done().why == "limit"


def test_there_is_no_more_than_the_room_of_the_disk() -> None:
    bench = VoiceBench()
    bench.attached()
    bench.say(record("one"))
    assert bench.done(seconds(11)).octets == seconds(10)
    bench.say(record("two"))
    assert bench.done(seconds(11)) == VoiceDone(0, "record", "full", "", 100_000 - seconds(10))


# -- channels --------------------------------------------------------------------------------------------------------


def test_channels_take_turns_and_an_owner_that_starts_anew_or_dies_has_none() -> None:
    bench = VoiceBench()
    first, second = bench.channel(901), bench.channel(902)
    assert (first.channel, second.channel) == (0, 1)
    assert bench.channel(901) == first
    bench.say(ChannelBack(0))
    assert bench.channel(903).channel == 2
    bench.say(Register("ivr", ()))
    assert all(voice.call == 0 for voice in bench.vp.state.channels)
    bench.channel(904)
    bench.say(Heartbeat("", 0))
    bench.run(seconds(5))
    assert all(voice.call == 0 for voice in bench.vp.state.channels)


def test_only_the_owner_of_a_channel_orders_it() -> None:
    bench = VoiceBench()
    bench.channel(901)
    bench.say(VoicePlay(0, ("welcome",), ""), sender="ivr/7")
    bench.say(VoicePlay(400, ("welcome",), ""))
    bench.run(ms(100))
    assert bench.states("vp-0", 1) == ["seized"]


def test_62_calls_have_a_channel_and_the_next_has_none() -> None:
    bench = VoiceBench()
    given = [bench.channel(1_000 + number) for number in range(62)]
    everyone = {(line, timeslot) for line in ("vp-0", "vp-1") for timeslot in range(1, 32)}
    assert {(one.line, one.timeslot) for one in given} == everyone
    assert bench.channel(2_000) == ChannelGiven(2_000, -1, "", -1)


# -- what breaks -----------------------------------------------------------------------------------------------------


def test_a_lost_card_takes_its_channels_and_calls_away_and_brings_the_channels_back() -> None:
    bench = VoiceBench()
    caller, given = bench.attached()
    bench.play(given.channel, "announcement")
    bench.run(ms(200))
    bench.break_vp("card", card=0)
    assert bench.done().why == "lost"
    assert bench.states("vp-0", 1)[-1] == "lost"
    bench.wait("DefectSeen", since=0, defect="los", within=seconds(1))
    bench.until_hears(caller, "prompt", "please_wait")
    assert bench.channel(901).line == "vp-1"
    bench.mend_vp("card")
    bench.wait("DefectGone", since=0, defect="los", within=seconds(1))
    assert {bench.channel(910 + number).line for number in range(62)} >= {"vp-0"}
    caller.hang_up()


@pytest.mark.parametrize("directions", [1, 2, 3])
def test_a_cut_line_loses_the_call_its_channel_but_not_its_way(directions: int) -> None:
    """Whichever end notices first: the call goes on with its service."""
    bench = VoiceBench()
    caller, given = bench.attached()
    bench.play(given.channel, "announcement")
    bench.run(ms(200))
    heal = bench.fault("line_cut", {"line": "vp-0"}, directions=directions)
    bench.until_hears(caller, "prompt", "please_wait", within=seconds(3))
    if directions != 1:
        assert bench.done().why == "lost"
        assert bench.channel(901).line == "vp-1"
    heal()
    bench.run(seconds(12))
    assert bench.channel(902).channel >= 0
    bench.close(but=("faults",))


def test_a_vp_that_crashes_falls_silent_and_keeps_its_files() -> None:
    bench = VoiceBench()
    caller, given = bench.attached()
    bench.say(record("kept", limit=ms(100)))
    bench.done()
    bench.play(given.channel, "announcement")
    bench.run(ms(200))
    bench.break_vp("crash")
    bench.tap(caller)
    bench.run(ms(300))
    assert set(bench.heard[ms(40):]) == {IDLE}
    bench.mend_vp("crash")
    bench.run(seconds(3))
    assert [name for name, _ in bench.machine.recordings()] == ["vp-0-kept"]
    assert bench.channel(905).channel >= 0


def test_a_vp_that_hangs_takes_nothing_and_goes_on_where_it_was() -> None:
    bench = VoiceBench()
    _caller, given = bench.attached()
    bench.play(given.channel, "welcome")
    bench.break_vp("hang")
    bench.run(seconds(3))
    assert not bench.wrote(VoiceDone)
    bench.mend_vp("hang")
    assert bench.done() == VoiceDone(given.channel, "play", "end", "", len(bench.sound("welcome")))


def test_a_channel_of_a_line_that_is_out_is_refused_by_the_switch() -> None:
    bench = VoiceBench()
    caller = bench.call("10060")
    bench.run(ms(200))
    bench.fault("line_cut", {"line": "vp-1"}, directions=3)
    bench.run(seconds(1))
    number = bench.events("CallState")[-1].call
    bench.order_switch(AttachChannel(number, "vp-1", 5))
    bench.order_switch(AttachChannel(number, "vp-0", 5))
    assert bench.machine.part(VP).state.dark == [1]
    caller.hang_up()
