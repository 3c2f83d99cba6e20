package io.millrace.tools.cluster;

import io.millrace.client.admin.ClusterDescription;
import io.millrace.tools.connect.Dial;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What to do about that which a client sees. Pure. */
final class Advice {
    private Advice() {}

    /**
     * @param bootstrap what was called first
     * @param seen the cluster as each that answered told of it
     * @param brokers calls to the addresses that brokers tell clients
     */
    static List<String> of(String bootstrap, List<ClusterDescription> seen, List<Dial> brokers) {
        List<String> advice = new ArrayList<>();
        if (seen.isEmpty()) {
            advice.add(
                    "Nobody at " + bootstrap + " answers as a broker: is one running there, and is the port its own?");
            return advice;
        }
        Set<String> ids = new TreeSet<>();
        seen.forEach(cluster -> ids.add(cluster.id()));
        if (ids.size() > 1) {
            advice.add("Addresses lead to different clusters, " + String.join(" and ", ids)
                    + ": advertised.listeners of one names the other's");
        }
        for (Dial dial : brokers) {
            dial.trouble()
                    .ifPresent(why -> advice.add("Clients are told to go to " + dial.address()
                            + ", which cannot be reached from here (" + why
                            + "): set advertised.listeners of that broker to an"
                            + " address that clients can reach, or mend the name or the firewall"));
        }
        return advice;
    }
}
