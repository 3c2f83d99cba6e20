package io.millrace.broker.it;

import java.util.Arrays;
import java.util.HashMap;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.awaitility.Awaitility;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups and their offsets, through kafka-clients' admin client. */
@Timeout(60)
final class GroupAdminIT {
    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static Clients clients;
    private static Admin admin;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(
                directory, "group.initial.rebalance.delay.ms=0", "offsets.topic.num.partitions=4");
        clients = broker.clients();
        admin = clients.admin();
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void aGroupIsListedAndDescribedInEachOfItsStates() {
        clients.createTopic("described", 3);
        try (Member member = member("described", "client.id=me", "group.instance.id=one")) {
            member.subscribe("described");
            Member.pollUntil(() -> member.assignment().size() == 3, member);

            GroupListing listing = listing("described").orElseThrow();
            assertEquals(Optional.of(GroupState.STABLE), listing.groupState());
            assertEquals(Optional.of(GroupType.CLASSIC), listing.type());
            assertEquals("consumer", listing.protocol());
            assertTrue(listed(new ListGroupsOptions().inGroupStates(Set.of(GroupState.STABLE)), "described"));
            assertFalse(listed(new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY)), "described"));
            assertFalse(listed(new ListGroupsOptions().withTypes(Set.of(GroupType.SHARE)), "described"));

            ConsumerGroupDescription description = describe("described");
            assertEquals(GroupState.STABLE, description.groupState());
            assertEquals("range", description.partitionAssignor());
            assertEquals(broker.port(), description.coordinator().port());
            MemberDescription described = description.members().iterator().next();
            assertEquals("me", described.clientId());
            assertEquals("/127.0.0.1", described.host());
            assertEquals(Optional.of("one"), described.groupInstanceId());
            assertEquals(member.assignment(), described.assignment().topicPartitions());
            member.commit();
        }
        Clients.await(admin.removeMembersFromConsumerGroup(
                        "described",
                        new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove("one"))))
                .all());
        assertEquals(GroupState.EMPTY, describe("described").groupState());
        assertTrue(describe("described").members().isEmpty());
        assertThrows(GroupIdNotFoundException.class, () -> describe("never-seen"));
    }

    @Test
    void aGroupIsDeletedOnlyWhenItIsEmpty() {
        clients.createTopic("deleted", 1);
        try (Member member = member("deleted")) {
            member.subscribe("deleted");
            Member.pollUntil(() -> member.assignment().size() == 1, member);
            assertThrows(GroupNotEmptyException.class, () -> delete("deleted"));
            member.commit();
        }
        delete("deleted");
        assertTrue(listing("deleted").isEmpty());
        assertTrue(offsets("deleted").isEmpty());
        assertThrows(GroupIdNotFoundException.class, () -> delete("deleted"));
    }

    @Test
    void offsetsOfAGroupAreSetListedAndDeleted() {
        clients.createTopic("set", 2);
        clients.createTopic("other", 1);
        TopicPartition zero = new TopicPartition("set", 0);
        TopicPartition one = new TopicPartition("set", 1);
        TopicPartition other = new TopicPartition("other", 0);
        alter("set", Map.of(zero, 11L, one, 12L, other, 13L));
        assertEquals(Map.of(zero, 11L, one, 12L, other, 13L), offsets("set"));

        Clients.await(admin.deleteConsumerGroupOffsets("set", Set.of(one)).all());
        assertEquals(Map.of(zero, 11L, other, 13L), offsets("set"));

        try (Member member = member("set")) {
            member.subscribe("set");
            Member.pollUntil(() -> member.assignment().size() == 2, member);
            assertThrows(UnknownMemberIdException.class, () -> alter("set", Map.of(zero, 1L)));
            assertThrows(
                    GroupSubscribedToTopicException.class,
                    () -> Clients.await(admin.deleteConsumerGroupOffsets("set", Set.of(zero))
                            .partitionResult(zero)));
            Clients.await(admin.deleteConsumerGroupOffsets("set", Set.of(other)).all());
        }
        assertNull(offsets("set").get(other));
    }

    @Test
    void offsetsOfADeletedTopicGoWithIt() {
        clients.createTopic("gone", 1);
        TopicPartition gone = new TopicPartition("gone", 0);
        alter("left", Map.of(gone, 5L));
        Clients.await(admin.deleteTopics(List.of("gone")).all());
        Awaitility.await().until(() -> offsets("left").isEmpty());
    }

    @Test
    void offsetsOfSeveralGroupsAreListedAtOnce() {
        clients.createTopic("several", 1);
        TopicPartition partition = new TopicPartition("several", 0);
        alter("several-1", Map.of(partition, 1L));
        alter("several-2", Map.of(partition, 2L));
        Map<String, Map<TopicPartition, OffsetAndMetadata>> all = Clients.await(admin.listConsumerGroupOffsets(Map.of(
                        "several-1",
                        new ListConsumerGroupOffsetsSpec(),
                        "several-2",
                        new ListConsumerGroupOffsetsSpec()))
                .all());
        assertEquals(1, all.get("several-1").get(partition).offset());
        assertEquals(2, all.get("several-2").get(partition).offset());
    }

    private static Member member(String group, String... settings) {
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "group.id=" + group;
        return new Member(clients.consumer(all));
    }

    private static Optional<GroupListing> listing(String group) {
        return Clients.await(admin.listGroups().all()).stream()
                .filter(listing -> listing.groupId().equals(group))
                .findFirst();
    }

    private static boolean listed(ListGroupsOptions options, String group) {
        Collection<GroupListing> listings =
                Clients.await(admin.listGroups(options).all());
        return listings.stream().anyMatch(listing -> listing.groupId().equals(group));
    }

    private static ConsumerGroupDescription describe(String group) {
        return Clients.await(admin.describeConsumerGroups(List.of(group)).all()).get(group);
    }

    private static void delete(String group) {
        Clients.await(admin.deleteConsumerGroups(List.of(group)).all());
    }

    private static void alter(String group, Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, OffsetAndMetadata> values = new HashMap<>();
        offsets.forEach((partition, offset) -> values.put(partition, new OffsetAndMetadata(offset)));
        Clients.await(admin.alterConsumerGroupOffsets(group, values).all());
    }

    private static Map<TopicPartition, Long> offsets(String group) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        Clients.await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        return offsets;
    }
}
