/**
 * SQL: the message `m` was sent at a time that no subscription of its sender covers, rejected ones left aside. A
 * subscription covers the time from its start to its end, both included; where one is missing it is open on that side.
 */
export const outsideSubscription = `NOT EXISTS (
      SELECT 1 FROM subscriptions_raw s
      WHERE s.user_id = m.sender_id AND s.status <> 'Rejected'
        AND (s.start_date IS NULL OR s.start_date <= m.created_at)
        AND (s.end_date IS NULL OR s.end_date >= m.created_at))`
