package io.millrace.broker.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShardTimerTest {
    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<String> fired = new ArrayList<>();
    private ShardTimer<String> timer;

    @BeforeEach
    void makeTimer() {
        timer = new ShardTimer<>(scheduler, this::runDue);
    }

    private void runDue() {
        for (Optional<Supplier<Decision<String>>> due = timer.nextDue(); due.isPresent(); due = timer.nextDue()) {
            assertTrue(due.get().get().records().isEmpty());
        }
    }

    private void schedule(String key, long delayMs) {
        timer.schedule(key, delayMs, () -> {
            fired.add(key + "@" + scheduler.nowMs());
            return Decision.nothing();
        });
    }

    @Test
    void actionsRunInTheOrderOfTheirTime() {
        schedule("late", 30);
        schedule("early", 10);
        schedule("middle", 20);
        scheduler.advance(100);
        assertEquals(List.of("early@10", "middle@20", "late@30"), fired);
    }

    @Test
    void aKeyHasOneActionTheLast() {
        schedule("a", 10);
        schedule("a", 50);
        scheduler.advance(100);
        assertEquals(List.of("a@50"), fired);
    }

    @Test
    void aCancelledActionDoesNotRun() {
        schedule("a", 10);
        schedule("b", 20);
        timer.cancel("a");
        timer.cancel("unknown");
        scheduler.advance(100);
        assertEquals(List.of("b@20"), fired);
    }

    @Test
    void anActionMayScheduleItselfAgain() {
        timer.schedule("tick", 10, this::tick);
        scheduler.advance(35);
        assertEquals(List.of("tick@10", "tick@20", "tick@30"), fired);
    }

    private Decision<String> tick() {
        fired.add("tick@" + scheduler.nowMs());
        timer.schedule("tick", 10, this::tick);
        return Decision.nothing();
    }

    @Test
    void thousandsOfTimersKeepOneCallOutstanding() {
        for (int i = 0; i < 5_000; i++) {
            schedule("k" + i, 5_000 - i);
        }
        assertEquals(1, scheduler.outstanding());
        timer.clear();
        assertEquals(0, scheduler.outstanding());
    }
}
