package io.millrace.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.group.JoinOutcome.Joined;
import io.millrace.broker.group.JoinOutcome.MemberIdRequired;
import io.millrace.broker.group.Syncing.Synced;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A client that does what a consumer does, one step at a time, and complains where it is told nonsense. */
final class SimClient {
    private static final Set<ErrorCode> TRY_AGAIN = EnumSet.of(
            ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.NOT_COORDINATOR);
    private static final Set<ErrorCode> JOIN_AGAIN =
            EnumSet.of(ErrorCode.REBALANCE_IN_PROGRESS, ErrorCode.ILLEGAL_GENERATION);

    private final GroupHouse house;
    private final String name;
    private final String[] protocols;
    private final SimRules rules;
    private String memberId = "";
    private Optional<Answer<JoinOutcome>> join = Optional.empty();
    private Optional<Answer<Synced>> sync = Optional.empty();
    private Optional<Joined> generation = Optional.empty();
    private boolean settled;

    SimClient(GroupHouse house, String name, SimRules rules, String... protocols) {
        this.house = house;
        this.name = name;
        this.rules = rules;
        this.protocols = protocols;
    }

    String memberId() {
        return memberId;
    }

    boolean isSettled() {
        return settled;
    }

    int generation() {
        return generation.orElseThrow().generation();
    }

    void step() {
        if (join.isPresent()) {
            join.filter(Answer::isGiven).ifPresent(this::joinAnswered);
        } else if (sync.isPresent()) {
            sync.filter(Answer::isGiven).ifPresent(this::syncAnswered);
        } else if (settled) {
            heartbeat();
        } else {
            join = Optional.of(rules.expect(house.join(GroupHouse.ref(memberId), name, protocols))
                    .tell(rules::told));
        }
    }

    void leave() {
        if (!memberId.isEmpty() && join.isEmpty() && sync.isEmpty()) {
            Answer.of(house.groups.leave(GroupHouse.GROUP, List.of(GroupHouse.ref(memberId))));
        }
    }

    private void joinAnswered(Answer<JoinOutcome> answer) {
        join = Optional.empty();
        if (answer.error() != ErrorCode.NONE) {
            refused(answer.error());
        } else if (answer.value() instanceof MemberIdRequired required) {
            assertEquals("", memberId);
            memberId = required.memberId();
        } else {
            Joined joined = (Joined) answer.value();
            assertEquals(memberId, joined.memberId());
            generation = Optional.of(joined);
            sync = Optional.of(rules.expect(house.sync(joined, GroupHouse.assignments(joined)))
                    .tell(synced -> rules.toldAssignment(joined.generation())));
        }
    }

    private void syncAnswered(Answer<Synced> answer) {
        sync = Optional.empty();
        if (answer.error() != ErrorCode.NONE) {
            refused(answer.error());
        } else {
            assertEquals("for " + memberId, GroupHouse.text(answer.value().assignment()));
            settled = true;
        }
    }

    private void heartbeat() {
        ErrorCode error = house.heartbeat(generation.orElseThrow());
        if (error == ErrorCode.NONE) {
            Answer<Map<TopicPartition, ErrorCode>> commit =
                    rules.expect(house.commit(GroupHouse.ref(memberId), generation(), rules.nextOffset()));
            assertTrue(!commit.isGiven() || commit.error() != ErrorCode.UNKNOWN_SERVER_ERROR);
        } else if (!TRY_AGAIN.contains(error)) {
            refused(error);
        }
    }

    private void refused(ErrorCode error) {
        settled = false;
        if (error == ErrorCode.UNKNOWN_MEMBER_ID) {
            memberId = "";
        } else {
            assertTrue(TRY_AGAIN.contains(error) || JOIN_AGAIN.contains(error), () -> name + " was told " + error);
        }
    }
}
