export const COMPETITOR_CATEGORIES = ['SUPPLEMENT', 'MEDICATION', 'DEVICE', 'SERVICE', 'OTHER'] as const;
export type CompetitorCategory = (typeof COMPETITOR_CATEGORIES)[number];

export const PRICE_POINTS = ['BUDGET', 'MID', 'PREMIUM'] as const;
export type PricePoint = (typeof PRICE_POINTS)[number];

/** The tone in which a post speaks of a competitor. */
export const SENTIMENTS = ['POSITIVE', 'NEUTRAL', 'NEGATIVE', 'MIXED'] as const;
export type Sentiment = (typeof SENTIMENTS)[number];

/** Whether the author of a post is happy with a competitor. */
export const SATISFACTIONS = ['SATISFIED', 'NEUTRAL', 'DISSATISFIED', 'UNKNOWN'] as const;
export type Satisfaction = (typeof SATISFACTIONS)[number];
