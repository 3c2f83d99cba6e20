package io.millrace.broker.net.admin;

import java.util.Optional;

/** What there is to see. Called on the admin port's event loop; must not wait. */
@FunctionalInterface
public interface Pages {
    /** The page of a path, which begins with a slash and has no query. */
    Optional<Page> find(String path);
}
