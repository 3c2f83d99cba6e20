package io.millrace.broker.lag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class ProgressTest {
    private static final long WINDOW = 1000;

    private final Progress progress = new Progress(WINDOW);
    private long now = 5_000_000;
    private Verdict verdict = Verdict.OK;

    /** Looks every tenth of the window. */
    private void look(int times, long committedStep, boolean commits, long lagStep) {
        for (int i = 0; i < times; i++) {
            now += WINDOW / 10;
            committed += committedStep;
            committedAt = commits ? now : committedAt;
            lag += lagStep;
            verdict = progress.look(now, committed, committedAt, lag);
        }
    }

    private long committed = 10;
    private long committedAt = now;
    private long lag = 100;

    @Test
    void nothingIsSaidBeforeTheWindowIsOver() {
        look(10, 0, false, 5);
        assertEquals(Verdict.OK, verdict);
    }

    @Test
    void whoCommitsNothingHasStopped() {
        look(12, 0, false, 0);
        assertEquals(Verdict.STOPPED, verdict);
    }

    @Test
    void whoCommitsTheSameOffsetIsStalled() {
        look(12, 0, true, 3);
        assertEquals(Verdict.STALLED, verdict);
    }

    @Test
    void whoFallsBehindIsWarnedOf() {
        look(12, 5, true, 1);
        assertEquals(Verdict.WARN, verdict);
    }

    @Test
    void whoComesCloserIsWell() {
        look(12, 5, true, -1);
        assertEquals(Verdict.OK, verdict);
    }

    @Test
    void whoHasCaughtUpOfLateIsWell() {
        look(5, 5, true, -20);
        assertEquals(0, lag);
        look(9, 0, false, 2);
        assertEquals(Verdict.OK, verdict);
        look(5, 0, false, 2);
        assertEquals(Verdict.STOPPED, verdict);
    }

    @Test
    void whoGoesOnAfterAStopIsWellAgain() {
        look(15, 0, false, 1);
        look(1, 1000, true, -50);
        assertEquals(Verdict.OK, verdict);
    }

    @Test
    void ageIsReadOffTheHistoryOfEnds() {
        EndHistory history = new EndHistory();
        history.add(1000, 0);
        history.add(2000, 100);
        history.add(3000, 200);
        assertEquals(0, history.ageMs(200, 3000));
        assertEquals(500, history.ageMs(150, 3000));
        assertEquals(1500, history.ageMs(50, 3000));
        for (int i = 0; i < 1000; i++) {
            history.add(4000 + 1000L * i, 300 + 100L * i);
        }
        assertEquals(0, history.ageMs(100_200, 1_003_000));
        assertEquals(1_001_000.0, (double) history.ageMs(100, 1_003_000), 1001);
        history.add(2_000_000, 7);
        assertEquals(0, history.ageMs(7, 2_000_000));
    }

    @Test
    void anEndThatStandsStillLosesNoTime() {
        EndHistory history = new EndHistory();
        for (int i = 0; i < 1000; i++) {
            history.add(1000L * i, 50);
        }
        history.add(1_000_000, 60);
        assertEquals(500, history.ageMs(55, 1_000_000));
    }
}
