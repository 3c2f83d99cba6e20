package io.millrace.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.coordinator.MemoryLog;
import io.millrace.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Clients that come, go and die, a broker that restarts, a log that stalls, refuses and loses its tail: whatever the
 * order, clients are never told what contradicts itself, and once peace returns the group settles with all who live.
 */
class RandomGroupTest {
    private static final int RUNS = 150;
    private static final int STEPS = 300;
    private static final int MOST_CLIENTS = 8;

    private GroupHouse house;
    private SimRules rules;
    private final List<SimClient> clients = new ArrayList<>();
    private int names;
    private int loadsExpected;

    @Test
    void whateverHappensTheGroupSettles() {
        long seed = Optional.ofNullable(System.getProperty("test.seed"))
                .filter(s -> !s.isBlank())
                .map(Long::valueOf)
                .orElseGet(System::nanoTime);
        for (int run = 0; run < RUNS; run++) {
            long runSeed = seed + run;
            try {
                run(new Random(runSeed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("repeat with -Dtest.seed=" + runSeed, e);
            }
        }
    }

    private void run(Random random) {
        house = new GroupHouse();
        rules = new SimRules();
        clients.clear();
        names = 0;
        loadsExpected = 4;
        for (int i = 0; i < STEPS; i++) {
            chaos(random);
            house.advance(random.nextInt(1_500));
            house.loads.runAll();
            rules.check();
            for (SimClient client : List.copyOf(clients)) {
                if (random.nextInt(3) > 0) {
                    client.step();
                }
            }
        }
        peace();
        assertSettled();
        assertEquals(loadsExpected, house.loads.given(), "a defect has cost a load");
    }

    private void chaos(Random random) {
        MemoryLog log = house.log(GroupHouse.GROUP);
        switch (random.nextInt(40)) {
            case 0, 1, 2, 3 -> {
                if (clients.size() < MOST_CLIENTS) {
                    clients.add(newClient(random));
                }
            }
            case 4 -> pick(random).ifPresent(clients::remove); // dies: nobody hears of it again
            case 5 ->
                pick(random).ifPresent(client -> {
                    client.leave();
                    clients.remove(client);
                });
            case 6 -> {
                log.commitAtOnce();
                rules.newLife();
                house.restart();
                loadsExpected += 4;
            }
            case 7 -> {
                log.commitAtOnce();
                rules.newLife();
                house.groups.lead(house.groups.partitionFor(GroupHouse.GROUP), log);
                loadsExpected++;
            }
            case 8 -> log.holdCommits();
            case 9, 10 -> log.commitAtOnce();
            case 11 -> {
                if (log.uncommittedCount() > 0) {
                    rules.newLife();
                    log.fail(random.nextBoolean());
                    loadsExpected++;
                }
            }
            case 12 -> log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
            case 13, 14 -> log.accept();
            case 15 -> house.advance(random.nextInt(30_000));
            default -> {
                // a quiet moment
            }
        }
    }

    /** Every list has what another may have chosen: of members out of the log only that is known, as with Kafka. */
    private SimClient newClient(Random random) {
        String[][] lists = {{"range", "sticky"}, {"sticky", "range"}};
        return new SimClient(house, "c" + names++, rules, lists[random.nextInt(lists.length)]);
    }

    private Optional<SimClient> pick(Random random) {
        return clients.isEmpty() ? Optional.empty() : Optional.of(clients.get(random.nextInt(clients.size())));
    }

    /** Nothing goes wrong any more; long enough for the dead to be found out. */
    private void peace() {
        house.log(GroupHouse.GROUP).accept();
        house.log(GroupHouse.GROUP).commitAtOnce();
        for (int i = 0; i < 4 * GroupHouse.REBALANCE_MS / 1_000; i++) {
            house.advance(1_000);
            house.loads.runAll();
            clients.forEach(SimClient::step);
        }
    }

    private void assertSettled() {
        rules.check();
        rules.assertAllAnswered();
        if (clients.isEmpty()) {
            assertTrue(List.of("Empty", "Dead").contains(house.state()), house.state());
            return;
        }
        assertEquals("Stable", house.state());
        assertTrue(clients.stream().allMatch(SimClient::isSettled));
        assertEquals(1, clients.stream().map(SimClient::generation).distinct().count());
        assertEquals(
                clients.stream().map(SimClient::memberId).collect(Collectors.toSet()),
                house.view().members().stream().map(GroupView.Member::memberId).collect(Collectors.toSet()));
    }
}
