package io.millrace.broker.cluster;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which brokers hold a partition, preferred leader first, and what a running reassignment adds and removes. One that is
 * in both lists was to be added by a reassignment that another one has replaced since.
 *
 * @param all those that hold it or are to, and those that still do
 */
public record Replicas(List<Integer> all, List<Integer> adding, List<Integer> removing) {
    public Replicas {
        all = List.copyOf(all);
        adding = List.copyOf(adding);
        removing = List.copyOf(removing);
    }

    public boolean isMoving() {
        return !adding.isEmpty() || !removing.isEmpty();
    }

    /** Who is to hold it in the end. */
    public List<Integer> target() {
        return without(removing);
    }

    /** Who held it before. */
    public List<Integer> original() {
        return without(adding);
    }

    private List<Integer> without(List<Integer> some) {
        return all.stream().filter(id -> !some.contains(id)).toList();
    }

    /** On the way to other brokers; what was before any reassignment stays known, so that this one can be cancelled. */
    public Replicas to(List<Integer> target) {
        List<Integer> before = original();
        Set<Integer> union = new LinkedHashSet<>(target);
        union.addAll(before);
        union.addAll(all);
        List<Integer> added = new ArrayList<>(union);
        added.removeAll(before);
        List<Integer> removed = new ArrayList<>(union);
        removed.removeAll(target);
        return new Replicas(new ArrayList<>(union), added, removed);
    }

    /** The reassignment ended, as it was meant to. */
    public Replicas settled() {
        return new Replicas(target(), List.of(), List.of());
    }

    /**
     * Whether those who are to be removed may go, by who is in sync: once all who are to stay are. On the way back one is
     * enough, since the others were in sync before it or not.
     */
    public boolean mayLetGo(Collection<Integer> isr) {
        List<Integer> target = target();
        List<Integer> original = original();
        boolean isWayBack = original.containsAll(target) && target.containsAll(original);
        return isMoving() && (isWayBack ? target.stream().anyMatch(isr::contains) : isr.containsAll(target));
    }
}
