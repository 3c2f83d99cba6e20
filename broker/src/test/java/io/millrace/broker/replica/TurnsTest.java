package io.millrace.broker.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Timeline time = new Timeline();
    private final List<Integer> done = new ArrayList<>();
    private final Turns<Integer> turns = new Turns<>(time, time, done::add);

    @Test
    void whatComesAloneIsDoneAtOnce() {
        turns.add(7);
        time.advance(0);
        assertEquals(List.of(7), done);
    }

    @Test
    void manyAreDoneInOrderFewAtATimeAndEachOnce() {
        List<Integer> all = IntStream.range(0, 17).boxed().toList();
        all.forEach(turns::add);
        all.forEach(turns::add);
        time.advance(0);
        assertEquals(List.of(0, 1), done);
        time.advance(40);
        assertEquals(List.of(0, 1, 2, 3), done);
        time.advance(1000);
        assertEquals(all, done);
    }

    @Test
    void whateverThereIsTakesAboutASecond() {
        IntStream.range(0, 5000).forEach(turns::add);
        time.advance(1040);
        assertEquals(5000, done.size());
    }

    @Test
    void nothingIsDoneWhileItIsHeldOffButWhatWaitsIsNotPutOffForEver() {
        turns.holdOff();
        turns.add(1);
        time.advance(299);
        turns.holdOff();
        assertTrue(done.isEmpty());
        time.advance(1);
        assertEquals(List.of(1), done);
    }

    @Test
    void whatIsToFollowComesAfterTheLast() {
        turns.add(1);
        turns.add(2);
        turns.add(3);
        turns.afterwards(() -> done.add(100));
        time.advance(39);
        assertEquals(List.of(1, 2), done);
        time.advance(1);
        assertEquals(List.of(1, 2, 3, 100), done);
        turns.afterwards(() -> done.add(200));
        time.advance(40);
        assertEquals(List.of(1, 2, 3, 100, 200), done);
    }

    @Test
    void whatIsAddedMeanwhileIsDoneToo() {
        List<Turns<Integer>> growing = new ArrayList<>();
        growing.add(new Turns<>(time, time, one -> {
            done.add(one);
            if (one < 2) {
                growing.get(0).add(one + 1);
            }
        }));
        growing.get(0).add(1);
        time.advance(40);
        assertEquals(List.of(1, 2), done);
    }
}
