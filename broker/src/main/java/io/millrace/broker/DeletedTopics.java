package io.millrace.broker;

import io.millrace.broker.cluster.ClusterChange;
import io.millrace.broker.cluster.ClusterListener;
import io.millrace.broker.group.GroupCoordinator;
import java.util.Set;
import java.util.stream.Collectors;

/** Has groups forget what they have committed for topics that are gone. */
record DeletedTopics(GroupCoordinator groups) implements ClusterListener {
    @Override
    public void onChange(ClusterChange change) {
        Set<String> gone = change.topics().stream()
                .filter(name -> change.before().topic(name).isPresent()
                        && change.after().topic(name).isEmpty())
                .collect(Collectors.toSet());
        if (!gone.isEmpty()) {
            groups.topicsDeleted(gone);
        }
    }
}
