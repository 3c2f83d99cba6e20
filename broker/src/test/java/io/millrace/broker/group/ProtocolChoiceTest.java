package io.millrace.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProtocolChoiceTest {
    private static ClassicMember member(String... protocols) {
        return new ClassicMember("m", GroupHouse.joining(GroupHouse.ref(""), "c", protocols));
    }

    private static Optional<String> choice(ClassicMember... members) {
        return ProtocolChoice.of(List.of(members));
    }

    @Test
    void aLoneMemberHasItsFirstProtocol() {
        assertEquals(Optional.of("b"), choice(member("b", "a")));
    }

    @Test
    void whatNotAllSupportIsNoCandidate() {
        assertEquals(Optional.of("b"), choice(member("a", "b"), member("a", "b"), member("b", "c")));
    }

    @Test
    void mostVotesWin() {
        assertEquals(Optional.of("b"), choice(member("a", "b"), member("b", "a"), member("b", "a")));
    }

    @Test
    void whereVotesAreEqualTheFirstMembersOrderDecides() {
        assertEquals(Optional.of("b"), choice(member("b", "a"), member("a", "b")));
        assertEquals(Optional.of("a"), choice(member("a", "b"), member("b", "a")));
    }

    @Test
    void aMembersVoteGoesToItsFirstCandidate() {
        assertEquals(Optional.of("c"), choice(member("a", "c", "b"), member("c", "b"), member("b", "c")));
    }

    @Test
    void aProtocolNamedTwiceCountsOnce() {
        assertEquals(Optional.empty(), choice(member("a", "a"), member("b")));
    }

    @Test
    void nothingInCommonIsNoChoice() {
        assertEquals(Optional.empty(), choice(member("a"), member("b")));
    }
}
