import type { Operation } from '../operation.ts';
import type { Timeline } from '../timeline.ts';
import { collectionRoutes } from './collection-routes.ts';
import { correctRoute } from './correct-route.ts';
import { documentRoutes } from './document-routes.ts';
import { documentsRoute } from './documents-route.ts';
import { type EmbeddingsOptions, embeddingsRoute } from './embeddings-route.ts';
import { generationRoutes } from './generation-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { learnRoutes } from './learn-routes.ts';
import { logRoutes } from './log-routes.ts';
import { modeRoutes } from './mode-routes.ts';
import { openapiRoute } from './openapi-route.ts';
import { pageRoute } from './page-route.ts';
import { searchRoute } from './search-route.ts';
import { type Status, statusRoutes } from './status-routes.ts';
import { timelineRoutes } from './timeline-routes.ts';

/** Every operation of an app. What is not here is no route, and what is here is in the document. */
export function operations(parts: {
  readonly embeddings: EmbeddingsOptions;
  readonly timeline: Timeline;
  readonly status: Status;
}): readonly Operation[] {
  const all: Operation[] = [
    embeddingsRoute(parts.embeddings),
    correctRoute,
    documentsRoute,
    ...documentRoutes,
    searchRoute,
    ...modeRoutes,
    ...learnRoutes,
    ...jobRoutes,
    ...generationRoutes,
    ...logRoutes,
    ...timelineRoutes(parts.timeline),
    ...collectionRoutes,
    ...statusRoutes(parts.status),
    pageRoute,
  ];
  return [...all, openapiRoute(all)];
}
