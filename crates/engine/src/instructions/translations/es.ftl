# Español.

## The frame

title = Sus números de WhatsApp: qué hacer ahora
title-nothing = Sus números de WhatsApp: no hay nada que hacer ahora
introduction = Su proveedor de mensajería va a atender sus números de WhatsApp por su cuenta, sin el socio intermedio. Para ello, Meta los traslada a una cuenta nueva que es de usted.
introduction-named = { $provider } va a atender sus números de WhatsApp por su cuenta, sin el socio intermedio. Para ello, Meta los traslada a una cuenta nueva que es de usted.
only-you = Algunos pasos solo puede darlos usted. Requieren unos minutos y nada deja de funcionar por ello.
no-secrets = Para esto nadie necesita su contraseña ni su PIN. No se los dé a nadie que se los pida.
account = Cuenta de WhatsApp Business { $account } ({ $waba })
account-unnamed = Cuenta de WhatsApp Business { $waba }
labels = Los nombres de los menús y botones de Meta figuran aquí en inglés, con su significado en español. Es posible que Meta se los muestre en otro idioma.
we-see-it = No hace falta que nos avise cuando termine: lo vemos por nuestra cuenta, normalmente en menos de una hora y, a más tardar, en unas horas.
questions = Si algo no queda claro, responda al mensaje con el que recibió estas instrucciones.

## Turn off two-step verification (guide 1)

two-step =
    { $count ->
        [one] Desactive la verificación en dos pasos de su número
       *[other] Desactive la verificación en dos pasos de { $count } números
    }
two-step-why = Un número solo puede trasladarse con la verificación en dos pasos desactivada. Mientras tanto nada deja de funcionar, y se activa de nuevo en cuanto el número se ha trasladado.
two-step-numbers = Sigue activada en:
number = { $number }
number-named = { $number } ({ $name })
two-step-open = Abra { $whatsapp-manager } (administrador de WhatsApp): { $manager-address }
two-step-find = Elija { $account-tools } (herramientas de la cuenta), después { $phone-numbers } (números de teléfono) y después el icono de engranaje (configuración) del número.
two-step-detour = Si el número no aparece ahí, elija { $overview } (información general) en el menú de la izquierda, busque el número y selecciónelo.
two-step-tab = Abra la pestaña { $two-step-verification } (verificación en dos pasos).
two-step-press = Pulse { $turn-off } (desactivar la verificación en dos pasos) y complete el proceso hasta el final.
two-step-each = Haga lo mismo con cada número de la lista.

## Accept the request (guide 3)

accept = Acepte la solicitud
accept-why = En Meta hay una solicitud para trasladar la cuenta indicada arriba que espera su respuesta. Cualquier administrador de la cuenta puede aceptarla; basta con uno.
settings-open = Abra { $business-settings } (configuración del negocio): { $settings-address }
requests-find = Elija { $requests } (solicitudes) y después { $received } (recibidas).
accept-press = Busque la solicitud, pulse { $review } (revisar) y complete el proceso hasta el final.
accept-portfolio = Si se le pregunta por un portafolio comercial, elija el que hoy es propietario de sus números.
accept-mail = También recibirá un correo sobre ello de WhatsApp for Business ({ $sender }). Su botón solo abre { $business-settings }; una vez aceptada la solicitud, no tiene que hacer nada más con él.

## Payment method (guide 3)

payment = Añada un método de pago
payment-after-acceptance = Al aceptar, obtiene una cuenta nueva de WhatsApp Business. A partir del traslado, usted mismo paga a Meta los mensajes, por lo que la cuenta necesita un método de pago.
payment-missing = Su cuenta nueva de WhatsApp Business ({ $waba }) todavía no tiene un método de pago. A partir del traslado, usted mismo paga a Meta los mensajes.
payment-unseen = No podemos ver si su cuenta nueva de WhatsApp Business ({ $waba }) tiene un método de pago. Si lo tiene, díganoslo; con eso queda hecho.
payment-needed = Sin él, sus números no pueden trasladarse y desde la cuenta nueva no se pueden enviar mensajes de plantilla.
payment-add = Elija su cuenta nueva de WhatsApp Business y añádale un método de pago ({ $payment-method }).
payment-refused = Corrija su método de pago
payment-refused-why = Meta tiene problemas con el método de pago de su cuenta nueva de WhatsApp Business ({ $waba }): por lo general, la tarjeta fue rechazada o está vencida.
payment-correct = Elija su cuenta nueva de WhatsApp Business y corrija su método de pago ({ $payment-method }) o añada otro.

## What happens more rarely

decline = Rechace otra solicitud
decline-why = Alguien más ha pedido a Meta que traslade su cuenta. Mientras esa solicitud siga abierta, no se puede enviar la nuestra.
decline-press = Busque la solicitud del otro proveedor y rechácela. Si no sabe de quién es, pregúntenos antes.
review = Complete la revisión de su cuenta por parte de Meta
review-why = Meta no ha aprobado la cuenta indicada arriba. Solo puede trasladarse cuando esté aprobada.
review-finish = En { $business-suite }, mire qué quiere saber todavía Meta sobre la cuenta e indíquelo.
appeal = Apele la decisión de Meta
appeal-why = Meta ha rechazado su cuenta nueva de WhatsApp Business ({ $waba }). Mientras sea así, sus números no pueden trasladarse a ella.
appeal-press = En { $business-suite }, busque la decisión sobre la cuenta nueva y apélela.
name =
    { $count ->
        [one] Elija otro nombre para mostrar
       *[other] Elija otros nombres para mostrar para { $count } números
    }
name-why = Un número solo puede trasladarse con un nombre para mostrar aprobado por Meta. No ha aprobado el de:
name-change = Cambie el nombre para mostrar ({ $display-name }) y envíelo a revisión.
portfolio = Escríbanos sobre su portafolio comercial
portfolio-why = La solicitud se aceptó para un portafolio comercial distinto del que es propietario de sus números. No pueden trasladarse allí.
portfolio-write = Díganos cuál es el portafolio correcto. Lo resolvemos con usted y con el servicio de asistencia de Meta.
portfolio-wait = Hasta entonces, no elimine nada ni acepte ninguna otra solicitud.

## What Meta is looking at

waiting = De esto no tiene que ocuparse
waiting-names = Meta está revisando el nombre para mostrar de:
waiting-account = Meta está revisando su cuenta nueva de WhatsApp Business ({ $waba }).
waiting-end = Termina por sí solo; en cuanto termine, continuamos.

## Nothing to do

nothing-preparing = Todavía no tiene nada que hacer. Le escribiremos en cuanto lo haya.
nothing-asked = Por el momento no tiene nada que hacer. Estamos aclarando algo con Meta.
nothing-accepted = Usted ya lo ha hecho todo. Del resto nos encargamos nosotros, y sus números se trasladan sin su intervención.
nothing-moved = Sus números se han trasladado. Ya no tiene nada que hacer.
nothing-rejected = Usted ha rechazado la solicitud, así que no se traslada nada. Si fue un error, escríbanos.
nothing-cancelled = Se ha renunciado al traslado. Sus números se quedan donde están y usted no tiene nada que hacer.
