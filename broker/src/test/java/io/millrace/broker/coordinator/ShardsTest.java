package io.millrace.broker.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class ShardsTest {
    private static final int PARTITION = 3;

    /** A name and its value; -1 deletes the name. */
    private record Entry(String name, int value) {}

    private static final class EntryFormat implements RecordFormat<Entry> {
        @Override
        public ByteBuffer key(Entry entry) {
            return StandardCharsets.UTF_8.encode(entry.name());
        }

        @Override
        public Optional<ByteBuffer> value(Entry entry) {
            return entry.value() < 0
                    ? Optional.empty()
                    : Optional.of(ByteBuffer.allocate(4).putInt(0, entry.value()));
        }

        @Override
        public Optional<Entry> read(ByteBuffer key, Optional<ByteBuffer> value) {
            String name = StandardCharsets.UTF_8.decode(key).toString();
            if (name.startsWith("?")) {
                return Optional.empty();
            }
            if (value.isPresent() && value.get().remaining() != 4) {
                throw new MalformedMessageException("a value of " + value.get().remaining() + " bytes");
            }
            return Optional.of(
                    new Entry(name, value.map(v -> v.getInt(v.position())).orElse(-1)));
        }
    }

    private static final class Register implements ShardState<Entry> {
        private final Map<String, Integer> values = new TreeMap<>();
        private final List<Reply<String>> parked = new ArrayList<>();
        private final ShardTimer<Entry> timer;
        private boolean dropped;

        Register(ShardTimer<Entry> timer) {
            this.timer = timer;
        }

        @Override
        public void apply(Entry entry) {
            if (entry.value() < 0) {
                values.remove(entry.name());
            } else {
                values.put(entry.name(), entry.value());
            }
        }

        @Override
        public void loaded() {}

        @Override
        public void unloaded() {
            dropped = true;
        }
    }

    private final ManualScheduler scheduler = new ManualScheduler();
    private final LateExecutor loads = new LateExecutor();
    private final List<Register> lives = new ArrayList<>();
    private final MemoryLog log = new MemoryLog();

    private final Shards<Register, Entry> shards = shards(Runnable::run);

    private Shards<Register, Entry> shards(Executor turns) {
        return new Shards<Register, Entry>(
                "register",
                new EntryFormat(),
                timer -> {
                    Register register = new Register(timer);
                    lives.add(register);
                    return register;
                },
                new ShardRuntime(turns, loads, scheduler, scheduler.clock(1_000_000)),
                new ShardConfig(4, 5_000, 100));
    }

    private void load() {
        shards.lead(PARTITION, log);
        loads.runAll();
    }

    private Answer<String> put(String name, int value) {
        return Answer.of(shards.submit(
                PARTITION,
                (state, reply) ->
                        Decision.write(List.of(new Entry(name, value)), () -> reply.answer(state.values.toString()))));
    }

    private Answer<String> get() {
        return Answer.of(shards.submit(PARTITION, (state, reply) -> {
            reply.answer(state.values.toString());
            return Decision.nothing();
        }));
    }

    private Answer<String> park() {
        return Answer.of(shards.submit(PARTITION, (state, reply) -> {
            state.parked.add(reply);
            return Decision.nothing();
        }));
    }

    private static void assertFailed(ErrorCode error, Answer<?> answer) {
        assertEquals(error, answer.error());
    }

    @Test
    void whatIsWrittenIsThereAfterARestart() {
        load();
        put("a", 1);
        put("b", 2);
        put("a", -1);
        shards.release(PARTITION);
        load();
        assertEquals("{b=2}", get().value());
        assertTrue(lives.get(0).dropped);
    }

    @Test
    void commandsAreRefusedWhileTheShardLoads() {
        shards.lead(PARTITION, log);
        assertFailed(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, get());
        loads.runAll();
        assertEquals("{}", get().value());
    }

    @Test
    void aPartitionThatIsLedElsewhereHasNoCoordinatorHere() {
        assertFailed(ErrorCode.NOT_COORDINATOR, get());
        load();
        shards.release(PARTITION);
        assertFailed(ErrorCode.NOT_COORDINATOR, get());
    }

    @Test
    void anAnswerWaitsForTheCommit() {
        load();
        log.holdCommits();
        Answer<String> answer = put("a", 1);
        assertFalse(answer.isGiven());
        log.commit();
        assertEquals("{a=1}", answer.value());
    }

    @Test
    void aReadWaitsForTheCommitOfWhatItSaw() {
        load();
        log.holdCommits();
        put("a", 1);
        Answer<String> read = get();
        assertFalse(read.isGiven());
        log.commit();
        assertEquals("{a=1}", read.value());
    }

    @Test
    void anAnswerThatTellsNothingOfTheStateWaitsForNoCommit() {
        load();
        log.holdCommits();
        put("a", 1);
        Answer<String> heartbeat = Answer.of(shards.submit(PARTITION, (state, reply) -> {
            reply.answerNow("alive");
            return Decision.nothing();
        }));
        assertEquals("alive", heartbeat.value());
    }

    @Test
    void anAnswerDoesNotWaitForACommitForEver() {
        load();
        log.holdCommits();
        Answer<String> answer = put("a", 1);
        scheduler.advance(4_999);
        Answer<String> later = put("b", 1);
        assertFalse(answer.isGiven());
        scheduler.advance(1);
        assertFailed(ErrorCode.COORDINATOR_NOT_AVAILABLE, answer);
        assertFalse(later.isGiven());
        log.commit();
        assertEquals("{a=1, b=1}", later.value());
    }

    @Test
    void whatTheLogRefusesChangesNothing() {
        load();
        log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertFailed(ErrorCode.COORDINATOR_NOT_AVAILABLE, put("a", 1));
        log.refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertFailed(ErrorCode.NOT_COORDINATOR, put("a", 1));
        log.refuse(ErrorCode.MESSAGE_TOO_LARGE);
        assertFailed(ErrorCode.MESSAGE_TOO_LARGE, put("a", 1));
        log.accept();
        assertEquals("{}", get().value());
        assertEquals(1, lives.size());
    }

    @Test
    void aNoteThatTheLogRefusesStopsNothing() {
        load();
        log.refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
        Answer<String> answer = Answer.of(shards.submit(
                PARTITION,
                (state, reply) -> new Decision<>(List.of(new Entry("a", 1)), true, () -> reply.answer("done"))));
        assertEquals("done", answer.value());
    }

    @Test
    void whenTheFateOfAnAppendIsUnknownTheLogDecides() {
        load();
        put("a", 1);
        log.holdCommits();
        Answer<String> lost = put("a", 2);
        Answer<String> read = get();
        Answer<String> parked = park();
        log.fail(true);
        assertFailed(ErrorCode.NOT_COORDINATOR, lost);
        assertFailed(ErrorCode.NOT_COORDINATOR, read);
        assertFailed(ErrorCode.NOT_COORDINATOR, parked);
        assertFailed(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, get());
        scheduler.advance(100);
        loads.runAll();
        assertEquals("{a=1}", get().value());
    }

    @Test
    void whatFailedToBeConfirmedButIsInTheLogCounts() {
        load();
        log.holdCommits();
        put("a", 2);
        log.fail(false);
        scheduler.advance(100);
        loads.runAll();
        assertEquals("{a=2}", get().value());
    }

    @Test
    void parkedRequestsAreAnsweredWhenLeadershipGoes() {
        load();
        Answer<String> first = park();
        Answer<String> second = park();
        shards.release(PARTITION);
        assertFailed(ErrorCode.NOT_COORDINATOR, first);
        assertFailed(ErrorCode.NOT_COORDINATOR, second);
    }

    @Test
    void parkedRequestsAreAnsweredWhenTheBrokerStops() {
        load();
        Answer<String> parked = park();
        shards.close();
        assertFailed(ErrorCode.COORDINATOR_NOT_AVAILABLE, parked);
        assertFailed(ErrorCode.COORDINATOR_NOT_AVAILABLE, get());
    }

    @Test
    void aNewEpochLoadsAnew() {
        load();
        put("a", 1);
        Answer<String> parked = park();
        shards.lead(PARTITION, log);
        assertFailed(ErrorCode.NOT_COORDINATOR, parked);
        assertFailed(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, get());
        loads.runAll();
        assertEquals("{a=1}", get().value());
        assertEquals(2, lives.size());
    }

    @Test
    void aPartitionThatIsLostWhileItLoadsServesNobody() {
        shards.lead(PARTITION, log);
        shards.release(PARTITION);
        loads.runAll();
        assertFailed(ErrorCode.NOT_COORDINATOR, get());
        assertTrue(lives.get(0).dropped);
    }

    @Test
    void aLogThatCannotBeReadIsTriedAgain() {
        load();
        put("a", 1);
        log.readable(false);
        shards.lead(PARTITION, log);
        loads.runAll();
        assertFailed(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, get());
        scheduler.advance(100);
        loads.runAll();
        log.readable(true);
        scheduler.advance(200);
        loads.runAll();
        assertEquals("{a=1}", get().value());
    }

    @Test
    void aDefectInOneCommandCostsALoadAndNothingElse() {
        load();
        put("a", 1);
        Answer<String> parked = park();
        Answer<String> broken = Answer.of(shards.submit(PARTITION, (state, reply) -> {
            state.values.clear();
            throw new IllegalStateException("a defect, as the test wants it");
        }));
        assertFailed(ErrorCode.COORDINATOR_NOT_AVAILABLE, broken);
        assertFailed(ErrorCode.COORDINATOR_NOT_AVAILABLE, parked);
        scheduler.advance(100);
        loads.runAll();
        assertEquals("{a=1}", get().value());
    }

    @Test
    void anApiExceptionIsAnAnswer() {
        load();
        Answer<String> refused = Answer.of(shards.submit(PARTITION, (state, reply) -> {
            throw new ApiException(ErrorCode.ILLEGAL_GENERATION, "no");
        }));
        assertFailed(ErrorCode.ILLEGAL_GENERATION, refused);
        assertEquals(1, lives.size());
        assertFalse(lives.get(0).dropped);
    }

    @Test
    void tooManyCommandsAreToldToComeLater() {
        LateExecutor turns = new LateExecutor();
        Shards<Register, Entry> slow = shards(turns);
        slow.lead(PARTITION, log);
        loads.runAll();
        turns.runAll();
        List<Answer<String>> answers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            answers.add(Answer.of(slow.submit(PARTITION, (state, reply) -> {
                reply.answer("done");
                return Decision.nothing();
            })));
        }
        assertFailed(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, answers.get(4));
        assertFailed(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, answers.get(5));
        turns.runAll();
        assertEquals("done", answers.get(3).value());
    }

    @Test
    void timersRunInTurnsAndTheirRecordsAreAppended() {
        load();
        Answer.of(shards.submit(PARTITION, (state, reply) -> {
            state.timer.schedule("t", 50, () -> Decision.note(List.of(new Entry("timed", 7))));
            reply.answer("");
            return Decision.nothing();
        }));
        assertEquals("{}", get().value());
        scheduler.advance(50);
        assertEquals("{timed=7}", get().value());
    }

    @Test
    void timersOfADroppedStateDoNotRun() {
        load();
        Answer.of(shards.submit(PARTITION, (state, reply) -> {
            state.timer.schedule("t", 50, () -> Decision.note(List.of(new Entry("timed", 7))));
            reply.answer("");
            return Decision.nothing();
        }));
        shards.lead(PARTITION, log);
        loads.runAll();
        scheduler.advance(1_000);
        assertEquals("{}", get().value());
        assertEquals(0, log.batchCount());
    }

    @Test
    void whatCannotBeReadIsSkippedAndTheRestIsLoaded() {
        byte[] four = {0, 0, 0, 5};
        log.add(BatchBuilder.create()
                .append(1, bytes("good"), four)
                .append(1, bytes("?newer"), four)
                .append(1, bytes("torn"), new byte[3])
                .append(1, (byte[]) null, four)
                .append(1, bytes("also"), four)
                .build());
        ByteBuffer flipped = BatchBuilder.create()
                .baseOffset(5)
                .append(1, bytes("flipped"), four)
                .build();
        flipped.put(flipped.limit() - 2, (byte) 9);
        log.add(flipped);
        log.add(BatchBuilder.create()
                .baseOffset(6)
                .append(1, bytes("last"), four)
                .build());
        load();
        assertEquals("{also=5, good=5, last=5}", get().value());
    }

    @Test
    void aLogWhoseEndIsLostIsLoadedAsFarAsItGoesAndGoesOnBehindIt() {
        load();
        put("a", 1);
        shards.release(PARTITION);
        log.endWithNothingUpTo(4);
        load();
        assertEquals("{a=1, b=2}", put("b", 2).value());
        assertEquals(5, log.endOffset());
    }

    @Test
    void answeringTwiceIsADefect() {
        load();
        Answer<String> answer = Answer.of(shards.submit(PARTITION, (state, reply) -> {
            reply.answer("once");
            reply.answer("twice");
            return Decision.nothing();
        }));
        assertEquals("once", answer.value());
        scheduler.advance(100);
        loads.runAll();
        assertEquals(2, lives.size());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
