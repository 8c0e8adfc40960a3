import { config } from '../config.ts';
import type { EngineEvent } from '../engine/events.ts';
import type { AppEngine } from './operation.ts';

/** How a collection did at one moment. */
export interface Point {
  readonly at: number; // milliseconds since 1970
  readonly generation: number;
  /** Share of the searches looked at since the point before that had collapsed; null where none was. */
  readonly collapse: number | null;
  /** Mean cosine of corrected documents to the teacher's; null where it was not measured. */
  readonly alignment: number | null;
}

interface Course {
  readonly points: Point[];
  sampled: number;
  collapsed: number;
}

/** Remembers how collections did since the start: a point when something was measured, and one now and then while it is looked at. */
export class Timeline {
  readonly #courses = new Map<string, Course>();

  event(event: EngineEvent, engine: AppEngine): void {
    if (event.type === 'monitor') this.#add(engine, event.collection, event.alignment);
    else if (event.type === 'collapse' || event.type === 'serving') this.#look(engine, event.collection);
  }

  points(engine: AppEngine, collection: string): readonly Point[] {
    this.#look(engine, collection);
    return this.#course(collection).points;
  }

  #look(engine: AppEngine, name: string): void {
    const last = this.#course(name).points.at(-1);
    if (last && Date.now() - last.at < config.http.timeline.ms) return;
    this.#add(engine, name, null);
  }

  #add(engine: AppEngine, name: string, alignment: number | null): void {
    // An event may be the last word of a collection that is gone.
    if (!engine.names.includes(name)) return;
    const course = this.#course(name);
    const { generation, sampled, collapsed } = engine.collection(name).info();
    const looked = sampled - course.sampled;
    const collapse = looked > 0 ? (collapsed - course.collapsed) / looked : null;
    Object.assign(course, { sampled, collapsed });
    course.points.push({ at: Date.now(), generation, collapse, alignment });
    if (course.points.length > config.http.timeline.points) course.points.shift();
  }

  #course(name: string): Course {
    const known = this.#courses.get(name);
    if (known) return known;
    const course: Course = { points: [], sampled: 0, collapsed: 0 };
    this.#courses.set(name, course);
    return course;
  }
}
