import { type Fault, isPageFault, isRefusalFault } from './faults.ts';
import { type Answer, type Call, Refusal, type Service } from './service.ts';

/** What a service answers to a call, good or not, and where a fault makes it refuse or answer wrongly, that. */
export async function answer(
  service: Service,
  call: Call,
  fault: Fault | undefined,
  left: AbortSignal,
): Promise<Answer> {
  try {
    if (fault !== undefined && isRefusalFault(fault)) {
      const refusal = service.refusals[fault];
      if (!refusal) throw new Error(`no ${fault} at this service`);
      throw typeof refusal === 'function' ? refusal(call) : refusal;
    }
    return await service.answer(fault !== undefined && isPageFault(fault) ? { ...call, fault } : call, left);
  } catch (error) {
    if (error instanceof Refusal) return service.refuse(error);
    throw error;
  }
}
