package io.millrace.tools.connect;

import io.millrace.client.admin.ItemResult;
import io.millrace.tools.terminal.Changes;

/**
 * The sentence of a change: what was done if the cluster did it.
 *
 * @param item what is changed
 * @param did such as Created
 * @param todo such as create
 * @param what the rest of the sentence
 */
public record Outcome(String item, String did, String todo, String what) {
    public void tell(Changes changes, ItemResult<?> result) {
        result.failure()
                .ifPresentOrElse(
                        why -> changes.failed(item, Cluster.explanation(why)),
                        () -> changes.done(item, did, todo, what));
    }

    /** Of a dry run whose check nobody can do for us. */
    public void tellPlanned(Changes changes) {
        changes.done(item, did, todo, what);
    }
}
