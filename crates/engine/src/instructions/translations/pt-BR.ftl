# Português (Brasil).

## The frame

title = Seus números do WhatsApp: o que fazer agora
title-nothing = Seus números do WhatsApp: nada a fazer agora
introduction = Seu provedor de mensagens vai atender seus números do WhatsApp por conta própria, sem o parceiro intermediário. Para isso, a Meta os transfere para uma nova conta que é sua.
introduction-named = { $provider } vai atender seus números do WhatsApp por conta própria, sem o parceiro intermediário. Para isso, a Meta os transfere para uma nova conta que é sua.
only-you = Alguns passos só você pode dar. Eles levam poucos minutos, e nada para de funcionar por causa deles.
no-secrets = Ninguém precisa da sua senha nem do seu PIN para isso. Não os dê a ninguém que peça.
account = Conta do WhatsApp Business { $account } ({ $waba })
account-unnamed = Conta do WhatsApp Business { $waba }
labels = Os nomes dos menus e botões da Meta aparecem aqui em inglês, com o significado em português. A Meta pode mostrá-los a você em outro idioma.
we-see-it = Você não precisa nos avisar quando terminar: nós mesmos vemos, normalmente em menos de uma hora e, no máximo, em algumas horas.
questions = Se algo não estiver claro, responda à mensagem com que você recebeu estas instruções.

## Turn off two-step verification (guide 1)

two-step =
    { $count ->
        [one] Desative a confirmação em duas etapas do seu número
       *[other] Desative a confirmação em duas etapas de { $count } números
    }
two-step-why = Um número só pode ser transferido com a confirmação em duas etapas desativada. Enquanto isso nada para de funcionar, e ela volta a ser ativada assim que o número for transferido.
two-step-numbers = Ela ainda está ativada em:
number = { $number }
number-named = { $number } ({ $name })
two-step-open = Abra o { $whatsapp-manager } (gerenciador do WhatsApp): { $manager-address }
two-step-find = Escolha { $account-tools } (ferramentas da conta), depois { $phone-numbers } (números de telefone) e depois o ícone de engrenagem (configurações) do número.
two-step-detour = Se o número não estiver lá, escolha { $overview } (visão geral) no menu à esquerda, procure o número e selecione-o.
two-step-tab = Abra a guia { $two-step-verification } (confirmação em duas etapas).
two-step-press = Clique em { $turn-off } (desativar a confirmação em duas etapas) e siga até o fim.
two-step-each = Faça o mesmo com cada número da lista.

## Accept the request (guide 3)

accept = Aceite a solicitação
accept-why = Na Meta, uma solicitação para transferir a conta indicada acima espera a sua resposta. Qualquer administrador da conta pode aceitá-la; basta um.
settings-open = Abra { $business-settings } (configurações do negócio): { $settings-address }
requests-find = Escolha { $requests } (solicitações) e depois { $received } (recebidas).
accept-press = Encontre a solicitação, clique em { $review } (analisar) e siga até o fim.
accept-portfolio = Se for pedido um portfólio empresarial, escolha aquele que hoje é proprietário dos seus números.
accept-mail = Você também recebe um e-mail sobre isso de WhatsApp for Business ({ $sender }). O botão dele apenas abre { $business-settings }; depois que a solicitação for aceita, não há mais nada a fazer com ele.

## Payment method (guide 3)

payment = Adicione uma forma de pagamento
payment-after-acceptance = Ao aceitar, você recebe uma nova conta do WhatsApp Business. A partir da transferência, você mesmo paga à Meta pelas mensagens; por isso a conta precisa de uma forma de pagamento.
payment-missing = Sua nova conta do WhatsApp Business ({ $waba }) ainda não tem uma forma de pagamento. A partir da transferência, você mesmo paga à Meta pelas mensagens.
payment-unseen = Não conseguimos ver se a sua nova conta do WhatsApp Business ({ $waba }) tem uma forma de pagamento. Se tiver, avise-nos; então isso está feito.
payment-needed = Sem ela, seus números não podem ser transferidos, e nenhuma mensagem de modelo pode ser enviada pela nova conta.
payment-add = Escolha sua nova conta do WhatsApp Business e adicione a ela uma forma de pagamento ({ $payment-method }).
payment-refused = Corrija sua forma de pagamento
payment-refused-why = A Meta está com problemas com a forma de pagamento da sua nova conta do WhatsApp Business ({ $waba }): em geral, o cartão foi recusado ou venceu.
payment-correct = Escolha sua nova conta do WhatsApp Business e corrija a forma de pagamento dela ({ $payment-method }) ou adicione outra.

## What happens more rarely

decline = Recuse outra solicitação
decline-why = Outra empresa pediu à Meta que transfira a sua conta. Enquanto essa solicitação estiver aberta, a nossa não pode ser enviada.
decline-press = Encontre a solicitação do outro provedor e recuse-a. Se não souber de quem é, pergunte-nos antes.
review = Conclua a análise da sua conta pela Meta
review-why = A Meta não aprovou a conta indicada acima. Ela só pode ser transferida quando estiver aprovada.
review-finish = No { $business-suite }, veja o que a Meta ainda quer saber sobre a conta e informe.
appeal = Recorra da decisão da Meta
appeal-why = A Meta rejeitou sua nova conta do WhatsApp Business ({ $waba }). Enquanto for assim, seus números não podem ser transferidos para ela.
appeal-press = No { $business-suite }, procure a decisão sobre a nova conta e recorra dela.
name =
    { $count ->
        [one] Escolha outro nome de exibição
       *[other] Escolha outros nomes de exibição para { $count } números
    }
name-why = Um número só pode ser transferido com um nome de exibição aprovado pela Meta. Ela não aprovou o de:
name-change = Altere o nome de exibição ({ $display-name }) e envie-o para análise.
portfolio = Escreva para nós sobre o seu portfólio empresarial
portfolio-why = A solicitação foi aceita para um portfólio empresarial diferente daquele que é proprietário dos seus números. Eles não podem ser transferidos para lá.
portfolio-write = Diga-nos qual é o portfólio certo. Resolvemos isso com você e com o suporte da Meta.
portfolio-wait = Até lá, não remova nada e não aceite nenhuma outra solicitação.

## What Meta is looking at

waiting = Você não precisa fazer nada quanto a isto
waiting-names = A Meta está analisando o nome de exibição de:
waiting-account = A Meta está analisando sua nova conta do WhatsApp Business ({ $waba }).
waiting-end = Isso termina por si só; assim que terminar, continuamos.

## Nothing to do

nothing-preparing = Ainda não há nada para você fazer. Escreveremos assim que houver.
nothing-asked = No momento não há nada para você fazer. Estamos resolvendo algo com a Meta.
nothing-accepted = Você já fez tudo. Nós fazemos o resto, e seus números são transferidos sem você.
nothing-moved = Seus números foram transferidos. Não há mais nada para você fazer.
nothing-rejected = Você recusou a solicitação, então nada é transferido. Se foi um engano, escreva para nós.
nothing-cancelled = A transferência foi abandonada. Seus números ficam onde estão, e não há nada para você fazer.
