package io.millrace.broker.lag;

import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * How a group has got on in one partition over a window of time, and what is to be thought of it. The idea is that of
 * LinkedIn's Burrow: no threshold says how much lag is too much, only whether the group makes its way.
 *
 * <p>Threading: one thread.
 */
final class Progress {
    private static final int SAMPLES = 10;

    private final long windowMs;
    private final ArrayDeque<Sample> samples = new ArrayDeque<>(2);

    /** Where things stood. */
    private record Sample(long atMs, long committed, long committedAtMs, long lag) {}

    Progress(long windowMs) {
        this.windowMs = windowMs;
    }

    /** Takes note of where things stand, and says what they look like. */
    Verdict look(long nowMs, long committed, long committedAtMs, long lag) {
        Sample now = new Sample(nowMs, committed, committedAtMs, lag);
        if (!samples.isEmpty() && committed < samples.peekLast().committed()) {
            samples.clear(); // set back by somebody: how it gets on shows from here
        }
        if (samples.isEmpty() || nowMs - samples.peekLast().atMs() >= windowMs / SAMPLES || lag == 0) {
            samples.add(now);
        }
        // one sample at least as old as the window stays, so that all of the window is looked at
        while (samples.size() > 2 && nowMs - second().atMs() >= windowMs) {
            samples.poll();
        }
        if (samples.size() > 2 * SAMPLES) {
            samples.poll(); // samples of a group that has caught up come at each look
        }
        return judge(now);
    }

    private Sample second() {
        Iterator<Sample> all = samples.iterator();
        all.next();
        return all.next();
    }

    private Verdict judge(Sample now) {
        Sample oldest = samples.peek();
        if (now.atMs() - oldest.atMs() < windowMs || now.lag() == 0 || hasCaughtUp()) {
            return Verdict.OK;
        }
        if (now.committed() <= oldest.committed()) {
            return now.committedAtMs() > oldest.committedAtMs() ? Verdict.STALLED : Verdict.STOPPED;
        }
        return isFallingBehind(now) ? Verdict.WARN : Verdict.OK;
    }

    private boolean hasCaughtUp() {
        return samples.stream().anyMatch(sample -> sample.lag() == 0);
    }

    private boolean isFallingBehind(Sample now) {
        long before = -1;
        for (Sample sample : samples) {
            if (sample.lag() < before) {
                return false;
            }
            before = sample.lag();
        }
        return now.lag() > samples.peek().lag() && now.lag() >= before;
    }
}
