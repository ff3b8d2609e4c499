/**
 * SQL: no subscription of the sender covers the time of message `m`. Rejected subscriptions do not count. A subscription covers
 * the time from its start to its end, both included. A missing start or end leaves that side open.
 */
export const outsideSubscription = `NOT EXISTS (
      SELECT 1 FROM subscriptions_raw s
      WHERE s.user_id = m.sender_id AND s.status <> 'Rejected'
        AND (s.start_date IS NULL OR s.start_date <= m.created_at)
        AND (s.end_date IS NULL OR s.end_date >= m.created_at))`
