package io.millrace.broker.api.meta;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ErrorCode;
import java.util.List;
import java.util.Optional;

/** A partition as clients are told of it: a leader that is not alive is none. */
record PartitionView(
        ErrorCode error,
        int leader,
        int leaderEpoch,
        List<Integer> replicas,
        List<Integer> isr,
        List<Integer> offline) {
    private static final int NO_EPOCH = -1;

    static PartitionView of(
            TopicState topic, int partition, ClusterView view, Addresses addresses, RequestContext context) {
        List<Integer> replicas = topic.replicas(partition);
        List<Integer> offline =
                replicas.stream().filter(id -> view.broker(id).isEmpty()).toList();
        Optional<PartitionState> state = topic.state(partition);
        int epoch = state.map(PartitionState::leaderEpoch).orElse(NO_EPOCH);
        List<Integer> isr = state.map(PartitionState::isr).orElse(List.of());
        int leader = state.map(PartitionState::leader)
                .filter(id -> view.broker(id).isPresent())
                .orElse(PartitionState.NO_LEADER);
        ErrorCode error = ErrorCode.NONE;
        if (leader == PartitionState.NO_LEADER) {
            error = ErrorCode.LEADER_NOT_AVAILABLE;
        } else if (addresses.of(leader, view, context).isEmpty()) {
            leader = PartitionState.NO_LEADER;
            error = ErrorCode.LISTENER_NOT_FOUND;
        }
        return new PartitionView(error, leader, epoch, replicas, isr, offline);
    }
}
