package io.millrace.broker.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What happened last, in words: kept as parts, and put together only when somebody reads it. */
final class Trace {

    private record Note(long atUs, String who, String what, List<Object> parts) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%10.3f  %-12s %s", atUs / 1000.0, who, String.format(what, parts.toArray()));
        }
    }

    private final SimScheduler scheduler;
    private final Note[] ring;
    private long count;
    private boolean printing;

    Trace(SimScheduler scheduler, int size) {
        this.scheduler = scheduler;
        this.ring = new Note[size];
    }

    /** Prints each note at once, too. */
    void print() {
        printing = true;
    }

    /** @param parts immutable ones: they are made text later, or never */
    void note(String who, String what, Object... parts) {
        Note note = new Note(scheduler.nowUs(), who, what, Arrays.asList(parts));
        ring[(int) (count++ % ring.length)] = note;
        scheduler.mixIn(Rng.hash(what));
        if (printing) {
            System.out.println(note);
        }
    }

    /** The last notes, oldest first. */
    List<String> last() {
        List<String> lines = new ArrayList<>();
        for (long i = Math.max(0, count - ring.length); i < count; i++) {
            lines.add(ring[(int) (i % ring.length)].toString());
        }
        return lines;
    }
}
