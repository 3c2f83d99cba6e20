package io.millrace.broker.quota;

/**
 * Whom a quota is for: a user, a client id, or both together.
 *
 * @param user the user, all users without a quota of their own, or none if the quota asks for no user
 * @param clientId likewise
 */
public record QuotaEntity(Name user, Name clientId) {
    public QuotaEntity {
        if (user instanceof Name.Absent && clientId instanceof Name.Absent) {
            throw new IllegalArgumentException("a quota is for a user or a client id");
        }
    }

    /** One half of an entity. */
    public sealed interface Name {
        /** The entity has no such half. */
        Name NONE = new Absent();
        /** Whoever has no quota of his own. */
        Name DEFAULT = new Default();

        static Name of(String name) {
            return new Exact(name);
        }

        /** One user or client id. */
        record Exact(String name) implements Name {}

        /** See {@link #DEFAULT}. */
        record Default() implements Name {}

        /** See {@link #NONE}. */
        record Absent() implements Name {}
    }

    public static QuotaEntity user(Name user) {
        return new QuotaEntity(user, Name.NONE);
    }

    public static QuotaEntity clientId(Name clientId) {
        return new QuotaEntity(Name.NONE, clientId);
    }
}
