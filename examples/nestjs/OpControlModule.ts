import { Dependencies, type DynamicModule, Module, type OnApplicationShutdown } from "@nestjs/common";
import { type ConnectOptions, OpControlSubscriber } from "rx-op-control";

/** Gives an application its `OpControlSubscriber`: live before the first request, and closed after the last. */
@Module({})
@Dependencies(OpControlSubscriber) // with emitDecoratorMetadata, the constructor's types say so
export class OpControlModule implements OnApplicationShutdown {
  readonly #control: OpControlSubscriber;

  constructor(control: OpControlSubscriber) {
    this.#control = control;
  }

  static forRoot(endpoint: string, options: ConnectOptions, readyTimeoutMs = 30_000): DynamicModule {
    const useFactory = async (): Promise<OpControlSubscriber> => {
      const control = OpControlSubscriber.connect(endpoint, options);
      try {
        await control.ready({ signal: AbortSignal.timeout(readyTimeoutMs) });
      } catch (error) {
        control.close(); // an application that does not start is not shut down either
        throw error;
      }
      return control;
    };
    return {
      module: OpControlModule,
      global: true,
      providers: [{ provide: OpControlSubscriber, useFactory }],
      exports: [OpControlSubscriber],
    };
  }

  /** Not `onModuleDestroy`: the last requests are still served after that, and a kill is for them as well. */
  onApplicationShutdown(): void {
    this.#control.close();
  }
}
