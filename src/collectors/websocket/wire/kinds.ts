import { accessLog } from './access-log.ts';
import type { Change, Place, Shown, Standing } from './change.ts';
import { deployment } from './deployment.ts';
import type { Context, Done, Kind } from './kind.ts';
import { logGroup } from './log-group.ts';
import { parameters } from './parameters.ts';

/** `Kind` for a change of any kind. */
interface Any {
  show(place: Place): Shown;
  stand(context: Context): Promise<Standing>;
  carryOut(context: Context): Promise<Done<Change>>;
  undo(context: Context): Promise<string | undefined>;
}

/** A change with what its kind does. */
export function kindOf(change: Change): Any {
  switch (change.kind) {
    case 'log-group':
      return bind(logGroup, change);
    case 'access-log':
      return bind(accessLog, change);
    case 'parameters':
      return bind(parameters, change);
    case 'deployment':
      return bind(deployment, change);
  }
}

function bind<C extends Change>(kind: Kind<C>, change: C): Any {
  return {
    show: (place) => kind.show(change, place),
    stand: (context) => kind.stand(change, context),
    carryOut: (context) => kind.carryOut(change, context),
    undo: (context) => kind.undo(change, context),
  };
}
