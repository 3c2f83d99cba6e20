package io.millrace.broker.cluster.zk;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The members of a ZooKeeper ensemble that runs inside brokers: the n-th entry of a list that is the same everywhere is
 * that of broker n.
 */
public record Ensemble(List<Member> members) {
    /** What an entry may look like, for messages. */
    public static final String FORM = "3 to 9 different addresses as host:port, or host:port:peerPort:electionPort";

    private static final int FEWEST = 3;
    private static final int MOST = 9;

    /** From port 2181 these lead to 2888 and 3888, the ports that are usual for ZooKeeper. */
    private static final int TO_PEER_PORT = 707;

    private static final int TO_ELECTION_PORT = 1707;
    private static final int HIGHEST_PORT = 65535;
    private static final Pattern ENTRY =
            Pattern.compile("([^\\s,/:\\[\\]]+|\\[[0-9a-fA-F:.]+])(?::(\\d{1,5}))(?::(\\d{1,5}):(\\d{1,5}))?");

    /**
     * A member.
     *
     * @param id from 1 on: its place in the list
     * @param clientPort where brokers connect
     * @param peerPort where the leader listens for the other members
     * @param electionPort where members agree on a leader
     */
    public record Member(int id, String host, int clientPort, int peerPort, int electionPort) {
        String clientAddress() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + clientPort;
        }
    }

    public Ensemble {
        members = List.copyOf(members);
    }

    /**
     * Reads a list.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Ensemble parse(String list) {
        List<Member> members = new ArrayList<>();
        for (String entry : list.split(",", -1)) {
            members.add(member(members.size() + 1, entry.trim()));
        }
        Set<String> addresses = new HashSet<>();
        for (Member member : members) {
            for (int port : new int[] {member.clientPort(), member.peerPort(), member.electionPort()}) {
                if (port < 1 || port > HIGHEST_PORT || !addresses.add(member.host() + " " + port)) {
                    throw new IllegalArgumentException("port " + port + " of " + member);
                }
            }
        }
        if (members.size() < FEWEST || members.size() > MOST) {
            throw new IllegalArgumentException(members.size() + " members");
        }
        return new Ensemble(members);
    }

    /** Whether {@link #parse} takes it. */
    static boolean isList(String list) {
        try {
            return parse(list).members.size() >= FEWEST;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Member member(int id, String entry) {
        Matcher parts = ENTRY.matcher(entry);
        if (!parts.matches()) {
            throw new IllegalArgumentException(entry);
        }
        String host = parts.group(1);
        int clientPort = Integer.parseInt(parts.group(2));
        return new Member(
                id,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                clientPort,
                parts.group(3) == null ? clientPort + TO_PEER_PORT : Integer.parseInt(parts.group(3)),
                parts.group(4) == null ? clientPort + TO_ELECTION_PORT : Integer.parseInt(parts.group(4)));
    }

    /** The member that a broker hosts; none if its id is higher than there are members, or 0. */
    public Optional<Member> member(int brokerId) {
        return members.stream().filter(member -> member.id() == brokerId).findFirst();
    }

    /** What {@code zookeeper.connect} is to reach it. */
    public String connectString() {
        return members.stream().map(Member::clientAddress).collect(Collectors.joining(","));
    }

    /** How many members must be up. */
    public int quorum() {
        return members.size() / 2 + 1;
    }
}
