package io.millrace.broker.group;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Which protocol a generation uses: of those that all members support, the one that most like best. */
final class ProtocolChoice {
    private ProtocolChoice() {}

    /**
     * Chooses. Where votes are equal, the order of the first member decides.
     *
     * @return empty if there is none that all support
     */
    static Optional<String> of(Collection<ClassicMember> members) {
        Map<String, Integer> supporters = supporters(members);
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (ClassicMember member : members) {
            for (MemberProtocol protocol : member.protocols()) {
                if (supporters.get(protocol.name()) == members.size()) {
                    votes.putIfAbsent(protocol.name(), 0);
                }
            }
        }
        for (ClassicMember member : members) {
            member.protocols().stream()
                    .map(MemberProtocol::name)
                    .filter(votes::containsKey)
                    .findFirst()
                    .ifPresent(first -> votes.merge(first, 1, Integer::sum));
        }
        Optional<String> best = Optional.empty();
        int most = 0;
        for (Map.Entry<String, Integer> candidate : votes.entrySet()) {
            if (candidate.getValue() > most) {
                best = Optional.of(candidate.getKey());
                most = candidate.getValue();
            }
        }
        return best;
    }

    /** How many members support each protocol. A name that a member repeats counts once. */
    private static Map<String, Integer> supporters(Collection<ClassicMember> members) {
        Map<String, Integer> supporters = new HashMap<>();
        for (ClassicMember member : members) {
            member.protocols().stream()
                    .map(MemberProtocol::name)
                    .distinct()
                    .forEach(name -> supporters.merge(name, 1, Integer::sum));
        }
        return supporters;
    }
}
